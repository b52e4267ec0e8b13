using RoadSeg.Errors;

namespace RoadSeg.Datasets.Exports;

/// <summary>Writes the files that one labelling tool imports, photo by photo. <see cref="ExportFormats"/> lists them. For one
/// thread.</summary>
internal interface IExportWriter
{
    /// <summary>Writes a photo and its labels.</summary>
    /// <exception cref="RoadSegException">mask-too-complex: the mask is noise rather than regions.</exception>
    void Add(ExportedPhoto photo);

    /// <summary>Writes the lists that name all photos.</summary>
    void Finish();
}
