"""Settings of the smallest project there can be (benchmarks.hello_drf)."""

SECRET_KEY = "nothing is signed here"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "benchmarks.hello_drf"
INSTALLED_APPS = ["rest_framework"]
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "UNAUTHENTICATED_USER": None,
}
USE_TZ = True
