"""The table of contents: every address that the shop answers."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny
from rest_framework.routers import APIRootView, DefaultRouter

from accounts import views as accounts
from accounts.admin import console_logout, console_password_change
from bookstore import health, mail_events, metrics, pages
from bookstore.pages import read_only
from catalog.views import (
    AuthorViewSet,
    BookPage,
    BookViewSet,
    EditionViewSet,
    NewTitlesFeed,
    OfferViewSet,
    ProductFeed,
    PublisherViewSet,
    SearchViewSet,
    SellerViewSet,
    SeriesViewSet,
    SitemapIndex,
    SitemapOfBooks,
    SubjectViewSet,
    robots,
)
from orders.views import (
    CartItemViewSet,
    CartViewSet,
    CheckoutViewSet,
    OrderViewSet,
    PaymentViewSet,
    PurchaseViewSet,
)
from orders.views.pages import purchase
from reviews.views import BookReviewViewSet, ReviewViewSet


class PublicRoot(APIRootView):
    authentication_classes = ()
    permission_classes = (AllowAny,)


api = DefaultRouter()
api.APIRootView = PublicRoot
api.include_format_suffixes = False
api.register("books", BookViewSet, basename="book")
api.register("editions", EditionViewSet, basename="edition")
api.register("offers", OfferViewSet, basename="offer")
api.register("authors", AuthorViewSet, basename="author")
api.register("series", SeriesViewSet, basename="series")
api.register("publishers", PublisherViewSet, basename="publisher")
api.register("subjects", SubjectViewSet, basename="subject")
api.register("sellers", SellerViewSet, basename="seller")
api.register("search", SearchViewSet, basename="search")
api.register("auth", accounts.AuthViewSet, basename="auth")
api.register("me/addresses", accounts.AddressViewSet, basename="address")
api.register("me/sessions", accounts.SessionViewSet, basename="session")
api.register("me/events", accounts.EventViewSet, basename="event")
api.register("me/invitations", accounts.OwnInvitationViewSet, basename="own-invitation")
api.register("invitations", accounts.InvitationViewSet, basename="invitation")
api.register("sellers/(?P<slug>[^/]+)/members", accounts.MemberViewSet, basename="member")
api.register("sellers/(?P<slug>[^/]+)/invitations", accounts.SellerInvitationViewSet, basename="seller-invitation")
api.register("cart/items", CartItemViewSet, basename="cart-item")
api.register("cart", CartViewSet, basename="cart")
api.register("checkout", CheckoutViewSet, basename="checkout")
api.register("payments", PaymentViewSet, basename="payment")
api.register("purchases", PurchaseViewSet, basename="purchase")
api.register("orders", OrderViewSet, basename="order")
api.register("books/(?P<pk>[^/]+)/reviews", BookReviewViewSet, basename="book-review")
api.register("reviews", ReviewViewSet, basename="review")

urlpatterns = [
    path("", read_only(RedirectView.as_view(pattern_name="docs"))),
    path("api/v1/me/", accounts.MeViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"})),
    path("api/v1/", include(api.urls)),
    path("api/v1/me/email/", accounts.MeViewSet.as_view({"post": "ask_for_email"})),
    path("api/v1/me/email/confirm/", accounts.MeViewSet.as_view({"post": "confirm_email"})),
    path("api/v1/me/export/", accounts.MeViewSet.as_view({"get": "export"})),
    path("api/v1/sellers/<str:slug>/transfer/", accounts.MemberViewSet.as_view({"post": "hand_over"})),
    path("api/v1/auth/verify/<str:token>", accounts.verify_page),
    path("api/v1/auth/reset/<str:token>", accounts.reset_page),
    path("api/v1/auth/email/<str:token>", accounts.email_page),
    path("api/v1/auth/undo/<str:token>", accounts.undo_page),
    path("api/v1/auth/invitation/<str:token>", accounts.invitation_page),
    path(".well-known/jwks.json", read_only(accounts.jwks)),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/v1/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("favicon.ico", read_only(pages.favicon)),
    path("docs/problems/", read_only(pages.problem_codes)),
    path("docs/problems/<slug:code>", read_only(pages.problem_codes)),
    *(
        path(address.removeprefix("/"), read_only(view)) for address, view in health.PROBES.items()
    ),  # ProbeMiddleware answers
    path("robots.txt", read_only(robots)),
    path("sitemap.xml", read_only(SitemapIndex.as_view())),
    path("sitemap-books-<int:number>.xml", read_only(SitemapOfBooks.as_view())),
    path("feeds/new.xml", read_only(NewTitlesFeed.as_view())),
    path("feeds/google/<str:currency>.xml", read_only(ProductFeed.as_view())),
    path("books/<str:book>/", read_only(BookPage.as_view()), name="book-page"),
    path("books/<str:book>/<str:slug>/", read_only(BookPage.as_view()), name="book-page-with-slug"),
    path("purchases/<uuid:pk>/", read_only(purchase), name="purchase"),
    path("mail/unsubscribe/<str:token>", pages.unsubscribe, name="unsubscribe"),
    path("api/v1/webhooks/mail/<str:service>/", mail_events.mail_webhook, name="mail-webhook"),
    path("metrics", read_only(metrics.metrics)),
    path("console/logout/", console_logout),
    path("console/password_change/", admin.site.admin_view(console_password_change, cacheable=True)),
    path("console/", admin.site.urls),
    re_path(r"^media/(?P<path>.+)$", read_only(pages.media), name="media"),
]

handler400 = "bookstore.problems.bad_request"
handler403 = "bookstore.problems.permission_denied"
handler404 = "bookstore.problems.not_found"
handler500 = "bookstore.problems.server_error"
