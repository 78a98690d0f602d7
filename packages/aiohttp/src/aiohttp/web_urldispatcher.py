"""The router."""

from typing import TYPE_CHECKING

from aiohttp import _web_required as _web_required
from aiohttp._later import later
from aiohttp_web import (
    AbstractResource,
    AbstractRoute,
    AbstractRuleMatching,
    Domain,
    DynamicResource,
    MaskDomain,
    MatchedSubAppResource,
    PlainResource,
    PrefixedSubAppResource,
    PrefixResource,
    Resource,
    ResourceRoute,
    ResourcesView,
    RoutesView,
    StaticResource,
    SystemRoute,
    UrlDispatcher,
    UrlMappingMatchInfo,
    View,
)
from aiohttp_web.match import MatchInfoError

if not TYPE_CHECKING:
    __getattr__ = later(__name__)

__all__ = (
    "AbstractResource",
    "AbstractRoute",
    "AbstractRuleMatching",
    "Domain",
    "DynamicResource",
    "MaskDomain",
    "MatchInfoError",
    "MatchedSubAppResource",
    "PlainResource",
    "PrefixResource",
    "PrefixedSubAppResource",
    "Resource",
    "ResourceRoute",
    "ResourcesView",
    "RoutesView",
    "StaticResource",
    "SystemRoute",
    "UrlDispatcher",
    "UrlMappingMatchInfo",
    "View",
)
