import os

from django.core.wsgi import get_wsgi_application

from .middleware import readable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "app.settings")
application = readable(get_wsgi_application())
