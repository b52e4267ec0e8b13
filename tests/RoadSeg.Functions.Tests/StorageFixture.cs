using Azure.Storage.Blobs;
using RoadSeg.LocalHost;
using RoadSeg.Storage;
