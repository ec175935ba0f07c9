import { FileText, MapPin, Mic, Paperclip, SendHorizontal, Trash2, X } from "lucide-react";
import { type ClipboardEvent, type DragEvent, type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { api, type FileKind, type Message, Refused } from "./api";
import { KIND_NAMES } from "./Bubble";
import { SAMPLE_PLACE } from "./place";
import { useRecorder } from "./recorder";
import { texts } from "./texts";

const PHOTOS = ["image/jpeg", "image/png", "image/webp", "image/gif"];

interface Props {
  customer: string;
  number: string;
  business: string;
  replyTo: Message | null;
  onReplyDone: () => void;
}

function useObjectUrl(file: File | null): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (!file) {
      setUrl(null);
      return;
    }
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return url;
}

/** Type of the message that a file is sent as. */
function kindOf(file: File): FileKind {
  if (PHOTOS.includes(file.type)) return "image";
  const [family] = file.type.split("/");
  return family === "video" || family === "audio" ? family : "document";
}

const minutes = (seconds: number) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

/** Where the customer writes, attaches a file, speaks or shares a location. */
export function Composer({ customer, number, business, replyTo, onReplyDone }: Props) {
  const [text, setText] = useState("");
  const [file, setFile] = useState<File | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const recorder = useRecorder();
  const preview = useObjectUrl(file && PHOTOS.includes(file.type) ? file : null);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (replyTo) field.current?.focus();
  }, [replyTo]);

  const attach = (chosen: File | null | undefined) => {
    if (!chosen) return;
    setError(null);
    setFile(chosen);
    field.current?.focus();
  };
  const run = async (work: () => Promise<unknown>) => {
    setBusy(true);
    setError(null);
    try {
      await work();
      onReplyDone();
      return true;
    } catch (failure) {
      setError(`${failure instanceof Refused ? failure.message : texts.loadFailed} ${texts.notSent}`);
      return false;
    } finally {
      setBusy(false);
    }
  };
  const reply = replyTo ? { reply_to: replyTo.id } : {};
  const send = async () => {
    const words = text.trim();
    if (busy || (!words && !file)) return;
    const done = await run(async () => {
      if (!file) return api.send(customer, number, { type: "text", text: words, ...reply });
      const { media_id } = await api.upload(customer, number, file);
      return api.send(customer, number, { type: kindOf(file), media_id, caption: words, filename: file.name, ...reply });
    });
    if (done) {
      setText("");
      setFile(null);
    }
    field.current?.focus();
  };
  const speak = async () => {
    setError(null);
    await recorder.start().catch(() => setError(texts.noMicrophone));
  };
  const sendVoice = () =>
    run(async () => {
      const sound = await recorder.finish();
      if (!sound) return;
      const { media_id } = await api.upload(customer, number, sound);
      await api.send(customer, number, { type: "audio", media_id, voice: true, ...reply });
    });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void send();
  };
  const keyed = (event: KeyboardEvent) => {
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      void send();
    }
    if (event.key === "Escape") onReplyDone();
  };
  const pasted = (event: ClipboardEvent) => {
    const pastedFile = Array.from(event.clipboardData.files)[0];
    if (!pastedFile) return;
    event.preventDefault();
    attach(pastedFile);
  };
  const dropped = (event: DragEvent) => {
    event.preventDefault();
    attach(event.dataTransfer.files[0]);
  };
  const canSend = Boolean(text.trim() || file);

  return (
    <form className="composer" onSubmit={submit} onDrop={dropped} onDragOver={(event) => event.preventDefault()}>
      {error && (
        <p className="error" role="alert">
          {error}
        </p>
      )}
      {replyTo && (
        <div className="composer-note">
          <div className="quote">
            <strong>{texts.replyingTo(replyTo.from === "customer" ? texts.you : business)}</strong>
            <span dir="auto">{replyTo.content.body || replyTo.content.text || KIND_NAMES[replyTo.type] || texts.quotedGone}</span>
          </div>
          <button type="button" className="icon" aria-label={texts.cancelReply} title={texts.cancelReply} onClick={onReplyDone}>
            <X aria-hidden="true" />
          </button>
        </div>
      )}
      {file && (
        <div className="composer-note">
          {preview ? (
            <img src={preview} alt={texts.photoPreview} />
          ) : (
            <span className="file">
              <FileText aria-hidden="true" />
              <bdi>{file.name}</bdi>
            </span>
          )}
          <button
            type="button"
            className="icon"
            aria-label={texts.removeFile}
            title={texts.removeFile}
            onClick={() => setFile(null)}
          >
            <X aria-hidden="true" />
          </button>
        </div>
      )}
      {recorder.seconds === null ? (
        <div className="composer-line">
          <div className="pill">
            <textarea
              ref={field}
              rows={1}
              dir="auto"
              value={text}
              maxLength={4096}
              aria-label={file ? texts.caption : texts.composer}
              placeholder={file ? texts.captionPlaceholder : texts.composerPlaceholder}
              onChange={(event) => setText(event.target.value)}
              onKeyDown={keyed}
              onPaste={pasted}
            />
            <label className="icon" title={texts.attach}>
              <Paperclip aria-hidden="true" />
              <input
                type="file"
                className="hidden"
                aria-label={texts.attach}
                onChange={(event) => {
                  attach(event.target.files?.[0]);
                  event.target.value = "";
                }}
              />
            </label>
            <button
              type="button"
              className="icon"
              aria-label={texts.shareLocation}
              title={texts.shareLocation}
              onClick={() => void run(() => api.send(customer, number, { type: "location", ...SAMPLE_PLACE, ...reply }))}
            >
              <MapPin aria-hidden="true" />
            </button>
          </div>
          {canSend ? (
            <button type="submit" className="send" aria-label={texts.send} title={texts.send} disabled={busy}>
              <SendHorizontal aria-hidden="true" className="mirrored" />
            </button>
          ) : (
            <button type="button" className="send" aria-label={texts.record} title={texts.record} onClick={() => void speak()}>
              <Mic aria-hidden="true" />
            </button>
          )}
        </div>
      ) : (
        <div className="composer-line recording">
          <button
            type="button"
            className="icon"
            aria-label={texts.dropRecording}
            title={texts.dropRecording}
            onClick={recorder.drop}
          >
            <Trash2 aria-hidden="true" />
          </button>
          <p role="status">{texts.recording(minutes(recorder.seconds))}</p>
          <button
            type="button"
            className="send"
            aria-label={texts.stopRecording}
            title={texts.stopRecording}
            disabled={busy}
            onClick={() => void sendVoice()}
          >
            <SendHorizontal aria-hidden="true" className="mirrored" />
          </button>
        </div>
      )}
    </form>
  );
}
