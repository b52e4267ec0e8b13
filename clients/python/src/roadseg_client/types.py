"""Types of the API's JSON. Written by generate.py; do not edit."""

from __future__ import annotations

from typing import Any, Literal, TypedDict


# Where a job stands. Terminal states are never left.
JobState = Literal["awaiting-upload", "received", "queued", "running", "succeeded", "failed", "canceled", "expired"]


class ModelPin(TypedDict):
    """One version of one model."""

    # Model name.
    model: str

    # Version.
    version: str


JobPrivacy = Literal["no-location", "redact", "redact,no-location"]


JobDetail = Literal["normal", "high"]


class JobRedaction(TypedDict):
    """What was obscured in a job's photo before it was kept."""

    # The model's classes whose pixels were, by name.
    classes: list[str]

    # Pixels by which each of their areas was widened in all directions.
    margin: int

    # Probability of the classes together, 0-1, from which a pixel was one of them, whatever the mask says.
    probability: float

    # Share of the photo's pixels that was obscured, margin included, 0-1.
    share: float

    # The version that found them.
    model: ModelPin

    # When.
    at: str


class _JobTimes(TypedDict):
    # The record was made.
    createdAt: str


class JobTimes(_JobTimes, total=False):
    """When each state was first entered (UTC); null where it was not."""

    # Its preparation began.
    receivedAt: str | None

    # The model input was stored.
    queuedAt: str | None

    # Its segmentation began (latest attempt).
    startedAt: str | None

    # A terminal state was entered.
    finishedAt: str | None


class StageMilliseconds(TypedDict, total=False):
    """Wall time of each piece of work in milliseconds; null where it was not reached."""

    # Preparing: reading the photo from storage.
    read: float | None

    # Preparing: header, decode, orientation, resize.
    decode: float | None

    # Preparing: storing the model input.
    store: float | None

    # Segmenting: taking the job (the input is read meanwhile).
    claim: float | None

    # Segmenting: what was left of reading the model input when the job was taken.
    fetch: float | None

    # Segmenting: waiting for the model, other runs before this one included.
    wait: float | None

    # Segmenting: the model's run.
    infer: float | None

    # Segmenting: upsampling, confidence and argmax at the photo's size.
    upsample: float | None

    # Segmenting: encoding the mask.
    encode: float | None

    # Segmenting: storing the result files.
    commit: float | None


class _QueuePlace(TypedDict):
    # 1 is next. Good to within what joins the queue in a second.
    position: int


class QueuePlace(_QueuePlace, total=False):
    """Where a queued job stands."""

    # Until it is taken, at the pace the queue went lately; absent while that is unknown.
    estimatedSeconds: float | None


class JobImage(TypedDict):
    """The photo, from its header."""

    # jpeg, png, webp, avif, tiff or heic.
    format: str

    # Width in pixels after EXIF orientation.
    width: int

    # Height in pixels after EXIF orientation.
    height: int

    # EXIF orientation, 1-8.
    orientation: int

    # Size of the file.
    bytes: int


class _CapturedPosition(TypedDict):
    # Degrees, -90 (south) to 90 (north).
    latitude: float

    # Degrees, -180 (west) to 180 (east).
    longitude: float


class CapturedPosition(_CapturedPosition, total=False):
    """A place in WGS 84."""

    # Metres above the level of the sea, or, where the file says so (Exif 3), above the ellipsoid; negative below it.
    altitude: float | None


CapturedNorth = Literal["true", "magnetic"]


class _CapturedDirection(TypedDict):
    # Clockwise from north, 0 up to but not 360.
    degrees: float


class CapturedDirection(_CapturedDirection, total=False):
    """Where a camera looked."""

    # Which north; absent where the file does not say.
    north: CapturedNorth | None


class CapturedCamera(TypedDict, total=False):
    """A camera, as it names itself: at most 64 characters each, none of them a control character."""

    # Who made it.
    make: str | None

    # Which it is.
    model: str | None


class Captured(TypedDict, total=False):
    """When, where and with what a photo was taken, as its file says (Exif, CIPA DC-008). A part that the file does not say, or
    says in a way that cannot be, is absent; nothing is guessed."""

    # When, by the camera's clock where it was: `2026-03-01T13:34:56.78`, without an offset.
    localTime: str | None

    # What that clock was ahead of UTC, `+01:00`; absent where the file does not say, as of most cameras.
    utcOffset: str | None

    # Where.
    position: CapturedPosition | None

    # Where the camera looked.
    direction: CapturedDirection | None

    # With what.
    camera: CapturedCamera | None


class JobResult(TypedDict):
    """Which attempt's files are the result, and what made them."""

    # Folder of the result files.
    attempt: int

    # Model name.
    model: str

    # Model version.
    modelVersion: str

    # SHA-256 of the graph that ran, lower-case hex.
    modelSha256: str

    # ONNX Runtime execution provider that ran it.
    provider: str


class ReviewedClass(TypedDict):
    """One class of a reviewed mask."""

    # Class id: the mask's pixel value.
    id: int

    # Class name.
    name: str

    # Display colour, `#rrggbb`.
    color: str

    # Pixels of the class in the reviewed mask.
    pixels: int

    # How many of these the model had given another class.
    changed: int


class JobReview(TypedDict):
    """What a person made of a job's mask: who, when, and how many pixels. The mask itself lies beside the result."""

    # Names this very mask: in quotes it is the ETag of `/v1/jobs/{id}/review`.
    version: str

    # Who: the name that was given with it, or the caller's.
    by: str

    # When it was saved.
    at: str

    # Pixels that differ from the model's own mask.
    changed: int

    # Pixels of value 255, of which nobody can say the class.
    unknown: int

    # Every class of the model, in id order; their pixels and the unknown ones sum to the photo's.
    classes: list[ReviewedClass]


class JobFailure(TypedDict):
    """Why a job failed."""

    # A code of docs/errors.md.
    code: str

    # What is wrong and what to do, in a sentence.
    message: str

    # True when submitting the same photo again may succeed.
    retryable: bool


class _WebhookDelivery(TypedDict):
    # 1 for the first.
    attempt: int

    # When the call was begun.
    at: str


class WebhookDelivery(_WebhookDelivery, total=False):
    """One attempt to notify the receiver."""

    # HTTP status of the answer; null when there was none.
    status: int | None

    # Why there was none, in a few words; null when there was one.
    error: str | None

    # When the next attempt is due; null when there is none.
    nextAt: str | None

    # From then to the answer, or until it was given up; null in records from before that was noted, and for an attempt that the
    # service failed at.
    milliseconds: float | None


class _JobWebhook(TypedDict):
    # The receiver. An https address.
    url: str


class JobWebhook(_JobWebhook, total=False):
    """Who is notified of a job's end, and how that went."""

    # Attempts so far, oldest first; the last 20.
    deliveries: list[WebhookDelivery]

    # When the receiver took it; null until then.
    deliveredAt: str | None

    # When delivery was given up; null unless it was.
    givenUpAt: str | None

    # When its caller last asked for it to be delivered again: the schedule of attempts began anew then. Null while it is the
    # first, which began when the job ended.
    restartedAt: str | None


class _JobView(TypedDict):
    # The job's id.
    id: str

    # Where the job stands.
    state: JobState

    # When each state was first entered.
    times: JobTimes

    # Milliseconds of each piece of work so far.
    stages: StageMilliseconds

    # Addresses by name, relative to the service: self, and for a succeeded job its results.
    links: dict[str, str]


class JobView(_JobView, total=False):
    """A job as the HTTP API shows it."""

    # The caller's name for the photo.
    fileName: str | None

    # The model that was asked for, as name or name@version; absent for the one that serves.
    model: str | None

    # The version that the job is for, once its input is made.
    pin: ModelPin | None

    # The caller's own notes.
    tags: dict[str, str] | None

    # What was asked not to be kept of the photo.
    privacy: JobPrivacy | None

    # How closely the photo was asked to be looked at; absent for normal.
    detail: JobDetail | None

    # How often the model runs for the photo, of a job with `detail`, once its input is made.
    runs: int | None

    # Classes to obscure, where they were named.
    redact: list[str] | None

    # What was obscured in the photo that is kept, when that was asked for and is done.
    redaction: JobRedaction | None

    # Place in the queue, while queued.
    queue: QueuePlace | None

    # When the upload key ends, while the photo is awaited.
    uploadExpiresAt: str | None

    # The photo, once its header is read.
    image: JobImage | None

    # When, where and with what the photo was taken, as far as its file says.
    captured: Captured | None

    # What ran, when succeeded.
    result: JobResult | None

    # What a person made of the mask: who, when, and how many pixels. Absent while nobody has.
    review: JobReview | None

    # Why it failed, when failed.
    failure: JobFailure | None

    # The webhook and how its deliveries went, if one was asked for.
    webhook: JobWebhook | None


class _JobInput(TypedDict):
    # Its width in pixels.
    width: int

    # Its height in pixels.
    height: int


class JobInput(_JobInput, total=False):
    """The stored model input."""

    # How many overlapping tiles of the model's input size are cut from it, a square number; absent where it is the model's input
    # itself.
    tiles: int | None


class JobEstimate(TypedDict):
    """What a photo of a size costs, before it is submitted."""

    # Width of the photo in pixels, as people see it.
    width: int

    # Height of the photo in pixels.
    height: int

    # How closely it would be looked at.
    detail: JobDetail

    # The version that a job submitted now is for.
    model: ModelPin

    # How often the model would run: 1, or the tiles and once for the whole photo.
    runs: int

    # How many tiles it would look at; 0 where it looks at the whole photo only.
    tiles: int

    # Size in pixels at which the photo is kept for the model, and cut into tiles.
    input: JobInput


class JobPoint(TypedDict):
    """A GeoJSON Point."""

    # Always `Point`.
    type: str

    # Longitude and latitude in degrees (WGS 84). A third number would be the height above the ellipsoid (RFC 7946, 4), which
    # photos do not say.
    coordinates: list[float]


class _JobProperties(TypedDict):
    # A job's id: 26 characters of Crockford's base 32 in lower case, safe in paths and URLs.
    id: str

    # Where a job stands. Terminal states are never left.
    state: JobState

    # As in the job's view.
    links: dict[str, str]


class JobProperties(_JobProperties, total=False):
    """What a GeoJSON Feature says of a job."""

    # The caller's name for the photo.
    name: str | None

    # When the photo was taken, ISO 8601; without an offset where the photo says none.
    capturedAt: str | None

    # Metres as the photo says it: mostly above the sea.
    altitude: float | None

    direction: CapturedDirection | None

    # Share of each class that has a pixel, 0-1, by its name; absent before the job has succeeded.
    shares: dict[str, float] | None


class JobFeature(TypedDict):
    """A job as a GeoJSON Feature."""

    # Always `Feature`.
    type: str

    # A job's id: 26 characters of Crockford's base 32 in lower case, safe in paths and URLs.
    id: str

    # A GeoJSON Point.
    geometry: JobPoint

    # What a GeoJSON Feature says of a job.
    properties: JobProperties


class UploadRequest(TypedDict, total=False):
    """What a client asks an upload key for."""

    # The caller's name for the photo, at most 255 characters; shown, never used in a path.
    fileName: str | None

    # Media type the photo will be sent with, such as `image/jpeg`. The content decides, not this.
    contentType: str | None

    # True for an address that takes the photo in blocks (Put Block, Put Block List), as the storage SDKs send large or streamed
    # files, and goes on after a break. It lasts for hours. The job is about what was committed when it begins; later commits
    # change nothing.
    resumable: bool | None

    # Name of the model to use; the live one when absent.
    model: str | None

    # The caller's own notes: at most 16, names of 1-64 letters, digits, `. _ -`, values up to 256 characters.
    tags: dict[str, str] | None

    privacy: JobPrivacy | None

    detail: JobDetail | None

    # Classes to obscure in place of people, riders and vehicles: names of the model's classes, `people`, `riders`, `vehicles`, or
    # `default` for these three. Asks for `redact` by itself.
    redact: list[str] | None

    # https address to notify when the job has ended.
    webhook: str | None


class UploadTicket(TypedDict):
    """An upload key: PUT the photo to the address with the headers."""

    # The job, which exists from now on.
    id: str

    # PUT.
    method: str

    # Address in storage, good for creating this one blob and nothing else; where the request said `resumable`, also for its
    # blocks. A secret until it expires.
    url: str

    # Headers to send with it.
    headers: dict[str, str]

    # Until when.
    expiresAt: str

    # Largest photo taken; a larger one is deleted and its job fails.
    maxBytes: int

    # self: the job.
    links: dict[str, str]


class _ClassShare(TypedDict):
    # Class id: the mask's pixel value.
    id: int

    # Class name.
    name: str

    # Display colour, `#rrggbb`.
    color: str

    # Pixels of the class.
    pixels: int

    # Pixels over Width x Height, 0-1.
    share: float


class ClassShare(_ClassShare, total=False):
    """One class of a summary."""

    # Mean softmax probability over the class's pixels, 0-1; null for a class without pixels and for models that answer class ids.
    meanConfidence: float | None


class UnknownPixels(TypedDict):
    """The pixels of which the model was not sure enough, of a summary that was asked for with `minConfidence`."""

    # Pixels below the confidence that was asked for.
    pixels: int

    # Pixels over Width x Height, 0-1.
    share: float

    # Class name to the confidence that a pixel of it needs, 0-1. Of a class that is not listed no confidence is enough, and all
    # its pixels are unknown: the model's card states none for it.
    minConfidence: dict[str, float]


# How a photo's aspect ratio is treated when it is resized for a model.
ResizeMode = Literal["stretch", "keep-aspect"]


class _PreprocessSpec(TypedDict):
    # Treatment of the aspect ratio.
    mode: ResizeMode

    # Target width in pixels, 16-4096.
    width: int

    # Target height in pixels, 16-4096.
    height: int


class PreprocessSpec(_PreprocessSpec, total=False):
    """How a photo becomes a model's input. Training and serving both resize by this and nothing else: antialiased bilinear
    (triangle filter scaled by the reduction), half-pixel centres, in sRGB."""

    # Both sides of the input are multiples of this, 1-128 (keep-aspect only).
    multipleOf: int


class _ResultSummary(TypedDict):
    # Mask width in pixels: the photo's oriented width.
    width: int

    # Mask height in pixels: the photo's oriented height.
    height: int

    # Every class of the model's catalogue, in id order; with the unknown ones their pixels sum to Width x Height.
    classes: list[ClassShare]

    # Model, version, hash and provider that made the mask.
    model: JobResult

    # Size of the model input in pixels.
    input: JobInput


class ResultSummary(_ResultSummary, total=False):
    """What a mask holds, class by class: the last part of a result file."""

    # Version of this form.
    schemaVersion: int

    # Ids of the classes that have a pixel, ascending; null in summaries of older versions.
    present: list[int] | None

    # The pixels that are not sure enough to be of a class; absent unless `minConfidence` asked for it.
    unknown: UnknownPixels | None

    # When, where and with what the photo was taken, as far as its file says; null in summaries of older versions.
    captured: Captured | None

    # How the photo became the model input; null in summaries of older versions.
    preprocess: PreprocessSpec | None


class CompressedRle(TypedDict):
    """COCO run lengths as a string."""

    # Height and width in pixels.
    size: list[int]

    # The run lengths as the string that pycocotools reads and writes.
    counts: str


class UncompressedRle(TypedDict):
    """COCO run lengths as numbers."""

    # Height and width in pixels.
    size: list[int]

    # Column by column from the top left: pixels that are not of the class, pixels that are, and so on in turn. They sum to width
    # x height.
    counts: list[int]


class RegionPolygon(TypedDict):
    """One region: the outline of a GeoJSON Polygon in pixel corners, with its size and COCO's box. Readers of GeoJSON take
    MaskFeatures, in which a `bbox` is GeoJSON's."""

    # Always `Polygon`.
    type: str

    # Pixels of the region, whatever the tolerance.
    area: int

    # x, y, width and height in pixels, as COCO has it, whatever the tolerance.
    bbox: list[int]

    # The outer ring, then the holes. Outer rings run counter-clockwise and holes clockwise as RFC 7946 means it, with a positive
    # shoelace sum outside; on a screen, where y points down, that looks the other way round. At a tolerance of 0 no two rings
    # cross and none passes a corner twice.
    coordinates: list[list[list[int]]]


class ClassRegions(TypedDict):
    """One class of a mask."""

    # Class id: the mask's pixel value.
    id: int

    # Class name.
    name: str

    # Display colour, `#rrggbb`.
    color: str

    # Pixels of the class.
    pixels: int

    # COCO run lengths as the string that pycocotools reads and writes.
    rle: CompressedRle

    # The same as numbers.
    uncompressedRle: UncompressedRle

    # One for each connected region of at least MinArea pixels, the largest first. Pixels that touch at a corner only are not
    # connected.
    polygons: list[RegionPolygon]


class MaskRegions(TypedDict):
    """The regions of a mask as polygons and run lengths: the content of `GET /v1/jobs/{id}/polygons`."""

    # Mask width in pixels.
    width: int

    # Mask height in pixels.
    height: int

    # Regions of fewer pixels have no polygon.
    minArea: int

    # How far in pixels an outline may lie from the exact one; 0: exact.
    tolerance: float

    # True when polygons were left out because there are too many, or too many corners: the largest regions are kept. Run lengths
    # are complete all the same.
    truncated: bool

    # Every class that has a pixel, in id order.
    classes: list[ClassRegions]


# Where a batch stands.
BatchState = Literal["listing", "running", "canceling", "completed", "canceled", "failed"]


class _ClipSource(TypedDict):
    # Of each such stretch one frame is taken.
    everySeconds: float

    # Frames at most.
    frames: int


class ClipSource(_ClipSource, total=False):
    """The video whose frames are the photos of a batch. One of key and file says where it lies."""

    # The key that it was uploaded by.
    key: str | None

    # Its name in container `batches`.
    file: str | None

    # Name of its track there; null where there is none.
    gpx: str | None

    # The caller's name for it.
    fileName: str | None

    # When it began, where its caller said so.
    start: str | None


class BatchSource(TypedDict, total=False):
    """What the photos of a batch are: one of the four."""

    # Those whose names in container `batches` begin so, `batch.json` excepted.
    prefix: str | None

    # How many blobs of container `batches` were named; their list lies with the batch.
    names: int | None

    # The caller's jobs that have all of these tags: they are taken into the batch as they are.
    tags: dict[str, str] | None

    # A video, whose frames they are.
    clip: ClipSource | None


class _BatchCounts(TypedDict):
    # They have no job of this round yet.
    waiting: int

    # Their jobs have not ended.
    underWay: int

    # Their masks are there.
    succeeded: int

    # They failed, or never came.
    failed: int

    # They were canceled.
    canceled: int


class BatchCounts(_BatchCounts, total=False):
    """How many items of a batch stand where; together they are all of it."""

    # How many failed for which reason, by error code.
    codes: dict[str, int] | None


class BatchArchivePartView(TypedDict):
    """A file of an archive."""

    # Its length.
    bytes: int

    # Photos whose results are in it.
    photos: int

    # Photos in between whose results are kept no more.
    missing: int

    # Where it is, relative to the service.
    address: str


class _BatchArchiveView(TypedDict):
    # Its id.
    id: str

    # Which results of each photo are in it.
    results: list[str]

    # When it was asked for.
    createdAt: str

    # Share of the batch's photos that are in it, 0-1; 1 once it is whole.
    progress: float

    # Its files so far: each a zip of its own, of at most 4 GB, that can be taken in ranges.
    parts: list[BatchArchivePartView]


class BatchArchiveView(_BatchArchiveView, total=False):
    """An archive of a batch's results as the HTTP API shows it."""

    # When it was whole; absent until then.
    finishedAt: str | None


# What a video may come in.
ClipContainer = Literal["mp4", "mov", "webm", "mkv"]


class _ClipFacts(TypedDict):
    # Container by content.
    container: ClipContainer

    # Codec of the pictures, as ffmpeg calls it: one of the allow-list.
    codec: str

    # Width of an upright frame with square pixels, in pixels.
    width: int

    # Its height.
    height: int

    # Size of the file.
    bytes: int


class ClipFacts(_ClipFacts, total=False):
    """What a video's file says of it. No frame has been taken yet."""

    # How long it says that it lasts, in seconds; null where it does not say. It may be wrong.
    durationSeconds: float | None

    # The mean, as the file says it; null where it does not say.
    framesPerSecond: float | None

    # When it says that it began; null where it does not say. Phones mean it, many other cameras write their local time as if it
    # were UTC.
    start: str | None


# What can be found of a clip.
ClipFindingKind = Literal["goes-on", "ends-early", "damaged", "without-position", "without-overlay"]


class ClipFinding(TypedDict):
    """Something about a clip that whoever looks at its timeline should know, and that is no failure."""

    # What it is.
    kind: ClipFindingKind

    # A sentence that says it with its numbers.
    message: str


class ClipOverlay(TypedDict):
    """The video of the classes over the frames of a clip."""

    # Which time the frames had been tried when it was made, from 0.
    round: int

    # Size of the MP4; 0 where no frame could be shown.
    bytes: int

    # Frames that it shows.
    frames: int


class _BatchClip(TypedDict):
    # What its file says.
    facts: ClipFacts

    # What else there is to say; empty for most.
    findings: list[ClipFinding]


class BatchClip(_BatchClip, total=False):
    """What is known of the video of a batch, from when its frames were taken."""

    # The video of the classes over the frames; absent until it is made, and once a frame that it shows was             erased.
    overlay: ClipOverlay | None

    # Frames that were erased since.
    erased: int


class _BatchView(TypedDict):
    # The batch's id.
    id: str

    # Where it stands.
    state: BatchState

    # What its photos are.
    source: BatchSource

    # When it was asked for.
    createdAt: str

    # Its photos: of a batch that is listing those found so far.
    total: int

    # Share of the photos whose jobs have ended, 0-1.
    progress: float

    # Archives that were asked for, oldest first.
    archives: list[BatchArchiveView]

    # Addresses by name, relative to the service.
    links: dict[str, str]


class BatchView(_BatchView, total=False):
    """A batch as the HTTP API shows it."""

    # The caller's name for it.
    name: str | None

    # The model that was asked for.
    model: str | None

    # Tags of its jobs.
    tags: dict[str, str] | None

    # What is not kept of its photos.
    privacy: JobPrivacy | None

    # Classes to obscure in its photos, where they were named.
    redact: list[str] | None

    # How closely its photos are looked at; absent for normal.
    detail: JobDetail | None

    # When the first photo got its job.
    startedAt: str | None

    # When it ended.
    finishedAt: str | None

    # Which time its photos are tried, from 0.
    round: int

    # How many stand where, some seconds ago at most; absent while it is listing.
    counts: BatchCounts | None

    # Seconds until its end at the pace of the last minutes; absent where that is not known.
    estimatedSeconds: float | None

    # The webhook and how its deliveries went, if one was asked for.
    webhook: JobWebhook | None

    # The share of the photos that is notified too.
    webhookAt: float | None

    # How the notice of that share went.
    webhookOfShare: JobWebhook | None

    # The video that its photos are frames of, once they were taken.
    clip: BatchClip | None

    # Why it failed, when failed.
    failure: JobFailure | None


class ClipRequest(TypedDict, total=False):
    """A video whose frames are to be the photos of a batch: the one that was uploaded by a key of `POST /v1/clips`, or one of
    container `batches`."""

    # The key. A track that was uploaded beside the video gives each frame its position.
    key: str | None

    # Name of a video in container `batches`; beside `batch.json` within its folder.
    file: str | None

    # Name of its track (GPX), given as File is; goes with it.
    gpx: str | None

    # The caller's name for the video, at most 255 characters; shown, never used in a path.
    fileName: str | None

    # One frame is taken of each such stretch of the video, in seconds: 0.1 to 60, default 1.
    every: float | None

    # Frames at most: 1 to 3,000, default 300.
    frames: int | None

    # When the video began, RFC 3339; as its file says where this is absent.
    start: str | None


class BatchRequest(TypedDict, total=False):
    """What a batch is asked for with: the body of `POST /v1/batches`, and of `batch.json` beside dropped photos. One of prefix,
    names, of and clip says what its photos are; beside dropped photos none need."""

    # The caller's name for it, at most 255 characters.
    name: str | None

    # The photos of container `batches` whose names begin so.
    prefix: str | None

    # Names of photos in container `batches`; beside `batch.json` within its folder.
    names: list[str] | None

    # The caller's jobs that have all of these tags.
    of: dict[str, str] | None

    # The model of its jobs.
    model: str | None

    # Tags of its jobs.
    tags: dict[str, str] | None

    # What is not to be kept of its photos.
    privacy: Literal["no-location", "redact", "redact,no-location"]

    # Whom to notify of its end.
    webhook: str | None

    # A share of its photos, above 0 and below 1, that is notified too.
    webhookAt: float | None

    # Classes to obscure in its photos.
    redact: list[str] | None

    detail: JobDetail | None

    clip: ClipRequest | None


class _BatchItemView(TypedDict):
    # Which photo of the batch, from 0.
    index: int

    # Where its job stands: waiting while it has none of this round, erased for good.
    state: str


class BatchItemView(_BatchItemView, total=False):
    """A photo of a batch as the HTTP API shows it; a line of the manifest."""

    # Its name as given, within the prefix; absent once it was erased.
    name: str | None

    # Its job; absent while it has none.
    job: str | None

    # Error code, when failed.
    code: str | None

    # What happened and what to do, when failed.
    message: str | None

    # Columns of the photo and its mask, upright, once its header was read.
    width: int | None

    # Rows.
    height: int | None

    # Share of each class that has a pixel, 0-1, by its name, when succeeded.
    shares: dict[str, float] | None

    # When, where and with what it was taken, as far as its file says.
    captured: Captured | None

    # Addresses by name, relative to the service: the job, and its results when it has succeeded.
    links: dict[str, str] | None

    # Of a frame of a video: when it is shown, counted from the first one.
    seconds: float | None


class ClipTicket(TypedDict):
    """Addresses to upload a video to, and a track of the same drive: PUT each whole, or in blocks. The batch is asked for when
    they are there, with the key."""

    # Names them in `POST /v1/batches`, as `clip.key`.
    key: str

    # PUT.
    method: str

    # Where the video goes. A secret until it expires.
    video: str

    # Where a track (GPX) goes, if there is one. A secret until it expires.
    track: str

    # Headers to send with each.
    headers: dict[str, str]

    # Until when.
    expiresAt: str

    # Largest video taken.
    maxBytes: int


class LabelClass(TypedDict):
    """One class of a catalogue."""

    # Class id, 0-254: the value a mask pixel holds and the index of the logits channel.
    id: int

    # Name, unique in its catalogue.
    name: str

    # Display colour, unique in its catalogue.
    color: str


class _TimelineFrame(TypedDict):
    # Its place among the frames, from 0.
    index: int

    # When it is shown, counted from the first frame of the video.
    seconds: float

    # How its segmentation ended, or where it stands, as photos of batches do.
    state: str


class TimelineFrame(_TimelineFrame, total=False):
    """One frame of a timeline."""

    # Code of `docs/errors.md`; absent unless it failed.
    code: str | None

    # The job that segments it; absent where no service does.
    job: str | None

    # What each class has of its pixels, 0-1, in the order of the timeline's classes; absent unless it succeeded.
    shares: list[float] | None

    # When and where it was taken; absent where nothing is known.
    captured: Captured | None


class _Timeline(TypedDict):
    # Name of the video's file.
    fileName: str

    # What the file says of itself.
    clip: ClipFacts

    # Of each such stretch of the video one frame was taken, in seconds.
    everySeconds: float

    # The model's classes, in id order; empty until a frame has succeeded.
    classes: list[LabelClass]

    # The frames in the order of their times.
    frames: list[TimelineFrame]


class Timeline(_Timeline, total=False):
    """What was seen along a video: the class shares of each frame that was taken."""

    # Version of this form.
    schemaVersion: int

    # Name of the model; absent until a frame has succeeded.
    model: str | None

    # Version of the model: of the first frame that succeeded.
    modelVersion: str | None

    # What else there is to say; empty for most.
    findings: list[ClipFinding]


class WebhookEvent(TypedDict):
    """What a webhook receives when a job has ended."""

    type: Literal["job.succeeded", "job.failed", "job.canceled", "job.expired"]

    # When the job ended.
    timestamp: str

    data: JobView
