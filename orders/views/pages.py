"""The page that a buyer's mail leads to."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache

from orders.models import Purchase


@never_cache
def purchase(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A purchase, for whoever has its token."""
    purchases = Purchase.objects.opened_by(request.GET.get("token", "")).for_api()
    return render(request, "pages/purchase.html", {"purchase": get_object_or_404(purchases, pk=pk)})
