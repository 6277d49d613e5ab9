"""The shapes that reviews are sent and shown in."""

from rest_framework import serializers

from accounts.models import User
from bookstore.fields import WholeNumberField, WordsField
from reviews.models import LONGEST_TEXT, LONGEST_TITLE, Review, public_name


class ReaderSerializer(serializers.Serializer):
    """As much of a reader as everybody may know."""

    name = serializers.SerializerMethodField(help_text="First name and initial, or “A reader”.")

    def get_name(self, user: User) -> str:
        return public_name(user)


class ReviewSerializer(serializers.ModelSerializer):
    """What one reader says of a book."""

    rating = serializers.IntegerField(min_value=1, max_value=5)
    reader = ReaderSerializer(source="user")
    verified_purchase = serializers.BooleanField(help_text="Whether the reader bought the book here.")

    class Meta:
        model = Review
        fields = ["id", "book", "rating", "title", "text", "reader", "verified_purchase", "created_at", "updated_at"]
        read_only_fields = fields


class WriteReviewSerializer(serializers.Serializer):
    rating = WholeNumberField(min_value=1, max_value=5)
    title = WordsField(required=False, allow_blank=True, max_length=LONGEST_TITLE)
    text = WordsField(
        required=False, allow_blank=True, max_length=LONGEST_TEXT, help_text="Plain text; escape it where you show it."
    )
