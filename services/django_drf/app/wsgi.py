import os

from django.core.wsgi import get_wsgi_application

from .middleware import whole_body

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "app.settings")
application = whole_body(get_wsgi_application())
