"""What the trade says of an edition beyond its columns."""

from rest_framework import serializers


class ProductTextSerializer(serializers.Serializer):
    """What the publisher says of the edition, of one kind."""

    kind = serializers.CharField(help_text="description, short_description, table_of_contents, review_quote …; other.")
    type = serializers.CharField(help_text="ONIX code list 153.")
    html = serializers.CharField(help_text="Safe HTML: paragraphs, lists, emphasis, links; nothing that runs.")
    author = serializers.CharField()
    source = serializers.CharField(help_text="Of a quote: the paper.")
    date = serializers.CharField(help_text="As it came.")


class AccessibilitySerializer(serializers.Serializer):
    code = serializers.CharField(help_text="ONIX code list 196.")
    name = serializers.CharField()
    note = serializers.CharField(help_text="A date, an address or words that belong to it.")


class ProductFeatureSerializer(serializers.Serializer):
    type = serializers.CharField(help_text="ONIX code list 79.")
    value = serializers.CharField()
    note = serializers.CharField()


class AudienceSerializer(serializers.Serializer):
    scheme = serializers.CharField(help_text="ONIX code list 29; 01 is ONIX's own list 28.")
    code = serializers.CharField()


class SafetyContactSerializer(serializers.Serializer):
    """Whom to ask about the safety of the product (GPSR)."""

    name = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField()
    address = serializers.CharField()
    country = serializers.CharField(help_text="ISO 3166-1.")


class ResourceSerializer(serializers.Serializer):
    """A picture, a sample, a document elsewhere on the web."""

    content = serializers.CharField(help_text="ONIX code list 158: 01 cover, 15 sample, 53 safety.")
    mode = serializers.CharField(help_text="ONIX code list 159.")
    form = serializers.CharField(help_text="ONIX code list 161.")
    url = serializers.URLField()


class ProductSerializer(serializers.Serializer):
    """What the trade says of an edition beyond its columns, from its ONIX record."""

    texts = ProductTextSerializer(many=True)
    accessibility = AccessibilitySerializer(many=True)
    form = serializers.CharField(help_text="ONIX code list 150, as it came.")
    form_details = serializers.ListField(child=serializers.CharField(), help_text="ONIX code list 175.")
    protection = serializers.ListField(child=serializers.CharField(), help_text="ONIX code list 144: 00 none.")
    features = ProductFeatureSerializer(many=True)
    audience = AudienceSerializer(many=True)
    age_from = serializers.IntegerField(allow_null=True, help_text="Years.")
    age_to = serializers.IntegerField(allow_null=True)
    duration_seconds = serializers.IntegerField(allow_null=True)
    file_size_bytes = serializers.IntegerField(allow_null=True)
    country_of_manufacture = serializers.CharField()
    safety_contacts = SafetyContactSerializer(many=True)
    resources = ResourceSerializer(many=True)
    expected = serializers.CharField(help_text="When the supplier expects it.")
