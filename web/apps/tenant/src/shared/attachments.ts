/** What a file is sent as. */
export type FileKind = "image" | "video" | "audio" | "document";

const MB = 1024 * 1024;

/** The types that WhatsApp draws or plays; everything else goes as a document. */
const TYPES: Record<string, FileKind> = {
  "image/jpeg": "image",
  "image/png": "image",
  "video/mp4": "video",
  "video/3gpp": "video",
  "audio/aac": "audio",
  "audio/amr": "audio",
  "audio/mpeg": "audio",
  "audio/mp4": "audio",
  "audio/ogg": "audio",
};

/** WhatsApp's limit of each kind, in megabytes. */
export const MEGABYTES_MAX: Record<FileKind, number> = { image: 5, video: 16, audio: 16, document: 100 };

/** A file that may be sent, with what it is sent as. */
export type Attachment = { file: File; kind: FileKind };
/** What a file is sent as, and why it can't be, if so. */
export type Fit = { kind: FileKind; refused?: "empty" | "size" };

/** Looks at a file before it is uploaded: its kind by its type, and its size. */
export function fitting(file: { type: string; size: number }): Fit {
  const kind = TYPES[file.type.split(";")[0] ?? ""] ?? "document";
  if (file.size === 0) return { kind, refused: "empty" };
  return file.size > MEGABYTES_MAX[kind] * MB ? { kind, refused: "size" } : { kind };
}
