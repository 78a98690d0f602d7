"""Names of header fields and methods.

Field names are :class:`multidict.istr`: strings that know their case-folded form, so that looking
one up in a multidict costs no folding.  The spelling is the one that goes on the wire.
"""

from typing import Final

from multidict import istr

# fmt: off
__all__ = (
    "ACCEPT", "ACCEPT_CH", "ACCEPT_CHARSET", "ACCEPT_ENCODING", "ACCEPT_LANGUAGE", "ACCEPT_PATCH",
    "ACCEPT_POST", "ACCEPT_RANGES", "ACCESS_CONTROL_ALLOW_CREDENTIALS",
    "ACCESS_CONTROL_ALLOW_HEADERS", "ACCESS_CONTROL_ALLOW_METHODS", "ACCESS_CONTROL_ALLOW_ORIGIN",
    "ACCESS_CONTROL_EXPOSE_HEADERS", "ACCESS_CONTROL_MAX_AGE", "ACCESS_CONTROL_REQUEST_HEADERS",
    "ACCESS_CONTROL_REQUEST_METHOD", "AGE", "ALLOW", "ALT_SVC", "ALT_USED", "AUTHENTICATION_INFO",
    "AUTHORIZATION", "BAGGAGE", "CACHE_CONTROL", "CACHE_STATUS", "CDN_CACHE_CONTROL", "CDN_LOOP",
    "CLEAR_SITE_DATA", "CONNECTION", "CONTENT_DIGEST", "CONTENT_DISPOSITION", "CONTENT_ENCODING",
    "CONTENT_ID",
    "CONTENT_LANGUAGE", "CONTENT_LENGTH", "CONTENT_LOCATION", "CONTENT_MD5", "CONTENT_RANGE",
    "CONTENT_SECURITY_POLICY", "CONTENT_SECURITY_POLICY_REPORT_ONLY", "CONTENT_TRANSFER_ENCODING",
    "CONTENT_TYPE", "COOKIE", "CRITICAL_CH", "CROSS_ORIGIN_EMBEDDER_POLICY",
    "CROSS_ORIGIN_OPENER_POLICY", "CROSS_ORIGIN_RESOURCE_POLICY", "DATE", "DEPTH", "DESTINATION",
    "DEVICE_MEMORY", "DIGEST", "DNT", "DOWNLINK", "EARLY_DATA", "ECT", "ETAG", "EXPECT",
    "EXPIRES", "FORWARDED", "FROM", "HOST", "HTTP2_SETTINGS", "IDEMPOTENCY_KEY", "IF_MATCH",
    "IF_MODIFIED_SINCE", "IF_NONE_MATCH", "IF_RANGE", "IF_UNMODIFIED_SINCE", "KEEP_ALIVE",
    "LAST_EVENT_ID", "LAST_MODIFIED", "LINK", "LOCATION", "MAX_FORWARDS", "METH_ALL", "METH_ANY",
    "METH_CONNECT", "METH_DELETE", "METH_GET", "METH_HEAD", "METH_OPTIONS", "METH_PATCH",
    "METH_POST", "METH_PUT", "METH_TRACE", "NEL", "ORIGIN", "ORIGIN_AGENT_CLUSTER", "OVERWRITE",
    "PERMISSIONS_POLICY", "PRAGMA", "PREFER", "PREFERENCE_APPLIED", "PRIORITY",
    "PROXY_AUTHENTICATE", "PROXY_AUTHENTICATION_INFO", "PROXY_AUTHORIZATION", "PROXY_CONNECTION",
    "PROXY_STATUS", "RANGE", "REFERER", "REFERRER_POLICY", "REFRESH", "REPORTING_ENDPOINTS",
    "REPORT_TO", "REPR_DIGEST", "RETRY_AFTER", "RTT", "SAVE_DATA", "SEC_CH_UA", "SEC_CH_UA_ARCH",
    "SEC_CH_UA_BITNESS", "SEC_CH_UA_FULL_VERSION_LIST", "SEC_CH_UA_MOBILE", "SEC_CH_UA_MODEL",
    "SEC_CH_UA_PLATFORM", "SEC_CH_UA_PLATFORM_VERSION", "SEC_FETCH_DEST", "SEC_FETCH_MODE",
    "SEC_FETCH_SITE", "SEC_FETCH_USER", "SEC_GPC", "SEC_PURPOSE", "SEC_WEBSOCKET_ACCEPT",
    "SEC_WEBSOCKET_EXTENSIONS", "SEC_WEBSOCKET_KEY", "SEC_WEBSOCKET_KEY1", "SEC_WEBSOCKET_KEY2",
    "SEC_WEBSOCKET_PROTOCOL", "SEC_WEBSOCKET_VERSION", "SERVER", "SERVER_TIMING",
    "SERVICE_WORKER", "SERVICE_WORKER_ALLOWED", "SET_COOKIE", "SOURCEMAP",
    "STRICT_TRANSPORT_SECURITY", "SURROGATE_CONTROL", "TE", "TIMING_ALLOW_ORIGIN", "TRACEPARENT",
    "TRACESTATE", "TRAILER", "TRANSFER_ENCODING", "UPGRADE", "UPGRADE_INSECURE_REQUESTS", "URI",
    "USER_AGENT", "VARY", "VIA", "VIEWPORT_WIDTH", "WANT_CONTENT_DIGEST", "WANT_DIGEST",
    "WANT_REPR_DIGEST", "WARNING", "WWW_AUTHENTICATE", "X_CONTENT_TYPE_OPTIONS",
    "X_CORRELATION_ID", "X_CSRF_TOKEN", "X_DNS_PREFETCH_CONTROL", "X_FORWARDED_FOR",
    "X_FORWARDED_HOST", "X_FORWARDED_PORT", "X_FORWARDED_PREFIX", "X_FORWARDED_PROTO",
    "X_FRAME_OPTIONS", "X_POWERED_BY", "X_RATELIMIT_LIMIT", "X_RATELIMIT_REMAINING",
    "X_RATELIMIT_RESET", "X_REAL_IP", "X_REQUESTED_WITH", "X_REQUEST_ID", "X_ROBOTS_TAG",
    "X_XSS_PROTECTION",
)

METH_ANY: Final = "*"
METH_CONNECT: Final = "CONNECT"
METH_DELETE: Final = "DELETE"
METH_GET: Final = "GET"
METH_HEAD: Final = "HEAD"
METH_OPTIONS: Final = "OPTIONS"
METH_PATCH: Final = "PATCH"
METH_POST: Final = "POST"
METH_PUT: Final = "PUT"
METH_TRACE: Final = "TRACE"

METH_ALL: Final = frozenset((
    METH_CONNECT, METH_DELETE, METH_GET, METH_HEAD, METH_OPTIONS,
    METH_PATCH, METH_POST, METH_PUT, METH_TRACE,
))

ACCEPT: Final = istr("Accept")
ACCEPT_CH: Final = istr("Accept-CH")
ACCEPT_CHARSET: Final = istr("Accept-Charset")
ACCEPT_ENCODING: Final = istr("Accept-Encoding")
ACCEPT_LANGUAGE: Final = istr("Accept-Language")
ACCEPT_PATCH: Final = istr("Accept-Patch")
ACCEPT_POST: Final = istr("Accept-Post")
ACCEPT_RANGES: Final = istr("Accept-Ranges")
ACCESS_CONTROL_ALLOW_CREDENTIALS: Final = istr("Access-Control-Allow-Credentials")
ACCESS_CONTROL_ALLOW_HEADERS: Final = istr("Access-Control-Allow-Headers")
ACCESS_CONTROL_ALLOW_METHODS: Final = istr("Access-Control-Allow-Methods")
ACCESS_CONTROL_ALLOW_ORIGIN: Final = istr("Access-Control-Allow-Origin")
ACCESS_CONTROL_EXPOSE_HEADERS: Final = istr("Access-Control-Expose-Headers")
ACCESS_CONTROL_MAX_AGE: Final = istr("Access-Control-Max-Age")
ACCESS_CONTROL_REQUEST_HEADERS: Final = istr("Access-Control-Request-Headers")
ACCESS_CONTROL_REQUEST_METHOD: Final = istr("Access-Control-Request-Method")
AGE: Final = istr("Age")
ALLOW: Final = istr("Allow")
ALT_SVC: Final = istr("Alt-Svc")
ALT_USED: Final = istr("Alt-Used")
AUTHENTICATION_INFO: Final = istr("Authentication-Info")
AUTHORIZATION: Final = istr("Authorization")
BAGGAGE: Final = istr("Baggage")
CACHE_CONTROL: Final = istr("Cache-Control")
CACHE_STATUS: Final = istr("Cache-Status")
CDN_CACHE_CONTROL: Final = istr("CDN-Cache-Control")
CDN_LOOP: Final = istr("CDN-Loop")
CLEAR_SITE_DATA: Final = istr("Clear-Site-Data")
CONNECTION: Final = istr("Connection")
CONTENT_DIGEST: Final = istr("Content-Digest")
CONTENT_DISPOSITION: Final = istr("Content-Disposition")
CONTENT_ENCODING: Final = istr("Content-Encoding")
CONTENT_ID: Final = istr("Content-ID")
CONTENT_LANGUAGE: Final = istr("Content-Language")
CONTENT_LENGTH: Final = istr("Content-Length")
CONTENT_LOCATION: Final = istr("Content-Location")
CONTENT_MD5: Final = istr("Content-MD5")
CONTENT_RANGE: Final = istr("Content-Range")
CONTENT_SECURITY_POLICY: Final = istr("Content-Security-Policy")
CONTENT_SECURITY_POLICY_REPORT_ONLY: Final = istr("Content-Security-Policy-Report-Only")
CONTENT_TRANSFER_ENCODING: Final = istr("Content-Transfer-Encoding")
CONTENT_TYPE: Final = istr("Content-Type")
COOKIE: Final = istr("Cookie")
CRITICAL_CH: Final = istr("Critical-CH")
CROSS_ORIGIN_EMBEDDER_POLICY: Final = istr("Cross-Origin-Embedder-Policy")
CROSS_ORIGIN_OPENER_POLICY: Final = istr("Cross-Origin-Opener-Policy")
CROSS_ORIGIN_RESOURCE_POLICY: Final = istr("Cross-Origin-Resource-Policy")
DATE: Final = istr("Date")
DEPTH: Final = istr("Depth")
DESTINATION: Final = istr("Destination")
DEVICE_MEMORY: Final = istr("Device-Memory")
DIGEST: Final = istr("Digest")
DNT: Final = istr("DNT")
DOWNLINK: Final = istr("Downlink")
EARLY_DATA: Final = istr("Early-Data")
ECT: Final = istr("ECT")
ETAG: Final = istr("Etag")
EXPECT: Final = istr("Expect")
EXPIRES: Final = istr("Expires")
FORWARDED: Final = istr("Forwarded")
FROM: Final = istr("From")
HOST: Final = istr("Host")
HTTP2_SETTINGS: Final = istr("HTTP2-Settings")
IDEMPOTENCY_KEY: Final = istr("Idempotency-Key")
IF_MATCH: Final = istr("If-Match")
IF_MODIFIED_SINCE: Final = istr("If-Modified-Since")
IF_NONE_MATCH: Final = istr("If-None-Match")
IF_RANGE: Final = istr("If-Range")
IF_UNMODIFIED_SINCE: Final = istr("If-Unmodified-Since")
KEEP_ALIVE: Final = istr("Keep-Alive")
LAST_EVENT_ID: Final = istr("Last-Event-ID")
LAST_MODIFIED: Final = istr("Last-Modified")
LINK: Final = istr("Link")
LOCATION: Final = istr("Location")
MAX_FORWARDS: Final = istr("Max-Forwards")
NEL: Final = istr("NEL")
ORIGIN: Final = istr("Origin")
ORIGIN_AGENT_CLUSTER: Final = istr("Origin-Agent-Cluster")
OVERWRITE: Final = istr("Overwrite")
PERMISSIONS_POLICY: Final = istr("Permissions-Policy")
PRAGMA: Final = istr("Pragma")
PREFER: Final = istr("Prefer")
PREFERENCE_APPLIED: Final = istr("Preference-Applied")
PRIORITY: Final = istr("Priority")
PROXY_AUTHENTICATE: Final = istr("Proxy-Authenticate")
PROXY_AUTHENTICATION_INFO: Final = istr("Proxy-Authentication-Info")
PROXY_AUTHORIZATION: Final = istr("Proxy-Authorization")
PROXY_CONNECTION: Final = istr("Proxy-Connection")
PROXY_STATUS: Final = istr("Proxy-Status")
RANGE: Final = istr("Range")
REFERER: Final = istr("Referer")
REFERRER_POLICY: Final = istr("Referrer-Policy")
REFRESH: Final = istr("Refresh")
REPORT_TO: Final = istr("Report-To")
REPORTING_ENDPOINTS: Final = istr("Reporting-Endpoints")
REPR_DIGEST: Final = istr("Repr-Digest")
RETRY_AFTER: Final = istr("Retry-After")
RTT: Final = istr("RTT")
SAVE_DATA: Final = istr("Save-Data")
SEC_CH_UA: Final = istr("Sec-CH-UA")
SEC_CH_UA_ARCH: Final = istr("Sec-CH-UA-Arch")
SEC_CH_UA_BITNESS: Final = istr("Sec-CH-UA-Bitness")
SEC_CH_UA_FULL_VERSION_LIST: Final = istr("Sec-CH-UA-Full-Version-List")
SEC_CH_UA_MOBILE: Final = istr("Sec-CH-UA-Mobile")
SEC_CH_UA_MODEL: Final = istr("Sec-CH-UA-Model")
SEC_CH_UA_PLATFORM: Final = istr("Sec-CH-UA-Platform")
SEC_CH_UA_PLATFORM_VERSION: Final = istr("Sec-CH-UA-Platform-Version")
SEC_FETCH_DEST: Final = istr("Sec-Fetch-Dest")
SEC_FETCH_MODE: Final = istr("Sec-Fetch-Mode")
SEC_FETCH_SITE: Final = istr("Sec-Fetch-Site")
SEC_FETCH_USER: Final = istr("Sec-Fetch-User")
SEC_GPC: Final = istr("Sec-GPC")
SEC_PURPOSE: Final = istr("Sec-Purpose")
SEC_WEBSOCKET_ACCEPT: Final = istr("Sec-WebSocket-Accept")
SEC_WEBSOCKET_EXTENSIONS: Final = istr("Sec-WebSocket-Extensions")
SEC_WEBSOCKET_KEY: Final = istr("Sec-WebSocket-Key")
SEC_WEBSOCKET_KEY1: Final = istr("Sec-WebSocket-Key1")
SEC_WEBSOCKET_KEY2: Final = istr("Sec-WebSocket-Key2")
SEC_WEBSOCKET_PROTOCOL: Final = istr("Sec-WebSocket-Protocol")
SEC_WEBSOCKET_VERSION: Final = istr("Sec-WebSocket-Version")
SERVER: Final = istr("Server")
SERVER_TIMING: Final = istr("Server-Timing")
SERVICE_WORKER: Final = istr("Service-Worker")
SERVICE_WORKER_ALLOWED: Final = istr("Service-Worker-Allowed")
SET_COOKIE: Final = istr("Set-Cookie")
SOURCEMAP: Final = istr("SourceMap")
STRICT_TRANSPORT_SECURITY: Final = istr("Strict-Transport-Security")
SURROGATE_CONTROL: Final = istr("Surrogate-Control")
TE: Final = istr("TE")
TIMING_ALLOW_ORIGIN: Final = istr("Timing-Allow-Origin")
TRACEPARENT: Final = istr("Traceparent")
TRACESTATE: Final = istr("Tracestate")
TRAILER: Final = istr("Trailer")
TRANSFER_ENCODING: Final = istr("Transfer-Encoding")
UPGRADE: Final = istr("Upgrade")
UPGRADE_INSECURE_REQUESTS: Final = istr("Upgrade-Insecure-Requests")
URI: Final = istr("URI")
USER_AGENT: Final = istr("User-Agent")
VARY: Final = istr("Vary")
VIA: Final = istr("Via")
VIEWPORT_WIDTH: Final = istr("Viewport-Width")
WANT_CONTENT_DIGEST: Final = istr("Want-Content-Digest")
WANT_DIGEST: Final = istr("Want-Digest")
WANT_REPR_DIGEST: Final = istr("Want-Repr-Digest")
WARNING: Final = istr("Warning")
WWW_AUTHENTICATE: Final = istr("WWW-Authenticate")
X_CONTENT_TYPE_OPTIONS: Final = istr("X-Content-Type-Options")
X_CORRELATION_ID: Final = istr("X-Correlation-ID")
X_CSRF_TOKEN: Final = istr("X-CSRF-Token")
X_DNS_PREFETCH_CONTROL: Final = istr("X-DNS-Prefetch-Control")
X_FORWARDED_FOR: Final = istr("X-Forwarded-For")
X_FORWARDED_HOST: Final = istr("X-Forwarded-Host")
X_FORWARDED_PORT: Final = istr("X-Forwarded-Port")
X_FORWARDED_PREFIX: Final = istr("X-Forwarded-Prefix")
X_FORWARDED_PROTO: Final = istr("X-Forwarded-Proto")
X_FRAME_OPTIONS: Final = istr("X-Frame-Options")
X_POWERED_BY: Final = istr("X-Powered-By")
X_RATELIMIT_LIMIT: Final = istr("X-RateLimit-Limit")
X_RATELIMIT_REMAINING: Final = istr("X-RateLimit-Remaining")
X_RATELIMIT_RESET: Final = istr("X-RateLimit-Reset")
X_REAL_IP: Final = istr("X-Real-IP")
X_REQUEST_ID: Final = istr("X-Request-ID")
X_REQUESTED_WITH: Final = istr("X-Requested-With")
X_ROBOTS_TAG: Final = istr("X-Robots-Tag")
X_XSS_PROTECTION: Final = istr("X-XSS-Protection")
# fmt: on
