"""Settings of gunicorn: ``gunicorn -c gunicorn.conf.py example:make_gunicorn_app``."""

bind = "unix:/run/example/example.sock"
workers = 4
worker_class = "aiohttp.GunicornUVLoopWebWorker"

# Longer than the time for which nginx keeps an idle connection (60 s).
keepalive = 75

# Running requests get 95 % of this, the cleanup the rest; then workers are killed.
graceful_timeout = 30

# Each worker ends after some thousand requests, not all at the same time.
max_requests = 20_000
max_requests_jitter = 2_000

# The access log goes to the standard output, in aiohttp's format.
accesslog = "-"
access_log_format = '%a %t "%r" %s %b "%{Referer}i" "%{User-Agent}i" %Tf'
