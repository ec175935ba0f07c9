import { ImagePlus, MapPin, SendHorizontal, X } from "lucide-react";
import { type ClipboardEvent, type DragEvent, type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { api, type Message, Refused } from "./api";
import { KIND_NAMES } from "./Bubble";
import { texts } from "./texts";

const PHOTOS = ["image/jpeg", "image/png", "image/webp", "image/gif"];
/** Where "share a location" is. */
const SAMPLE = { latitude: 52.52191, longitude: 13.41321 };

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

/** Where the customer writes, attaches a photo or shares a location. */
export function Composer({ customer, number, business, replyTo, onReplyDone }: Props) {
  const [text, setText] = useState("");
  const [photo, setPhoto] = useState<File | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const preview = useObjectUrl(photo);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (replyTo) field.current?.focus();
  }, [replyTo]);

  const attach = (file: File | null | undefined) => {
    if (!file) return;
    const fits = PHOTOS.includes(file.type);
    setError(fits ? null : texts.onlyPhotos);
    if (fits) setPhoto(file);
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
    if (busy || (!words && !photo)) return;
    const done = await run(async () => {
      if (!photo) return api.send(customer, number, { type: "text", text: words, ...reply });
      const { media_id } = await api.upload(customer, number, photo);
      return api.send(customer, number, { type: "image", media_id, caption: words, ...reply });
    });
    if (done) {
      setText("");
      setPhoto(null);
    }
    field.current?.focus();
  };
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
    const file = Array.from(event.clipboardData.files)[0];
    if (!file) return;
    event.preventDefault();
    attach(file);
  };
  const dropped = (event: DragEvent) => {
    event.preventDefault();
    attach(event.dataTransfer.files[0]);
  };
  const placeholder = photo ? texts.captionPlaceholder : texts.composerPlaceholder;

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
      {preview && (
        <div className="composer-note">
          <img src={preview} alt={texts.photoPreview} />
          <button
            type="button"
            className="icon"
            aria-label={texts.removePhoto}
            title={texts.removePhoto}
            onClick={() => setPhoto(null)}
          >
            <X aria-hidden="true" />
          </button>
        </div>
      )}
      <div className="composer-line">
        <label className="icon" title={texts.attachPhoto}>
          <ImagePlus aria-hidden="true" />
          <input
            type="file"
            className="hidden"
            accept={PHOTOS.join()}
            aria-label={texts.attachPhoto}
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
          onClick={() =>
            void run(() => api.send(customer, number, { type: "location", ...SAMPLE, name: texts.sampleLocation, ...reply }))
          }
        >
          <MapPin aria-hidden="true" />
        </button>
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          value={text}
          maxLength={4096}
          aria-label={photo ? texts.caption : texts.composer}
          placeholder={placeholder}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={keyed}
          onPaste={pasted}
        />
        <button
          type="submit"
          className="send"
          aria-label={texts.send}
          title={texts.send}
          disabled={busy || (!text.trim() && !photo)}
        >
          <SendHorizontal aria-hidden="true" className="mirrored" />
        </button>
      </div>
    </form>
  );
}
