"""The whole shop under one process: web server, worker and scheduler, started, watched, restarted and stopped."""

from bookstore.supervisor.children import web_command
from bookstore.supervisor.preparing import ShopError
from bookstore.supervisor.shop import Shop

__all__ = ["Shop", "ShopError", "web_command"]
