"""Client of RoadSeg's HTTP API. Needs nothing but the standard library."""

from .batches import Batches
from .client import MinConfidence, RoadSegClient
from .errors import RoadSegError
from .retries import RetryPolicy
from .types import BatchItemView, BatchRequest, BatchView, JobDetail, JobEstimate, JobFeature, JobPrivacy, JobState, JobView, MaskRegions, ResultSummary, UploadRequest, UploadTicket, WebhookEvent
from .uploads import Photo, UploadState
from .webhooks import WebhookTestEvent, WebhookVerificationError, verify_webhook

__all__ = [
    "BatchItemView",
    "BatchRequest",
    "BatchView",
    "Batches",
    "JobDetail",
    "JobEstimate",
    "JobFeature",
    "JobPrivacy",
    "JobState",
    "JobView",
    "MaskRegions",
    "MinConfidence",
    "Photo",
    "ResultSummary",
    "RetryPolicy",
    "RoadSegClient",
    "RoadSegError",
    "UploadRequest",
    "UploadState",
    "UploadTicket",
    "WebhookEvent",
    "WebhookTestEvent",
    "WebhookVerificationError",
    "verify_webhook",
]
