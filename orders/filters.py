"""Which orders are wanted."""

from django_filters import rest_framework as filters

from orders.models import Order, OrderStatus


class OrderFilter(filters.FilterSet):
    status = filters.MultipleChoiceFilter(choices=OrderStatus.choices)

    class Meta:
        model = Order
        fields = ["status"]
