import os

from django.core.wsgi import get_wsgi_application

from .middleware import WholeBody

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "app.settings")
application = WholeBody(get_wsgi_application())
