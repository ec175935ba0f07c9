import { Pause, Play } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { uiEn } from "../i18n/en";
import { translateHook } from "../i18n/i18n";
import { IconButton } from "../parts/button";

const useT = translateHook<typeof uiEn>();
const SPEEDS = [1, 1.5, 2];
const STEP_SECONDS = 5;

function clock(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–:––";
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** Plays a recording: where it stands, how long it is, and faster. Only one plays at a time. */
export function VoicePlayer({ src, label }: { src: string; label: string }) {
  const t = useT();
  const ref = useRef<HTMLAudioElement>(null);
  const [playing, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [length, setLength] = useState(Number.NaN);
  const [speed, setSpeed] = useState(1);
  useEffect(() => {
    if (ref.current) ref.current.playbackRate = speed;
  }, [speed]);
  const toggle = () => {
    const audio = ref.current;
    if (!audio) return;
    if (!audio.paused) return audio.pause();
    for (const other of document.querySelectorAll("audio")) if (other !== audio) other.pause();
    audio.playbackRate = speed;
    void audio.play().catch(() => setPlaying(false));
  };
  const known = Number.isFinite(length);
  return (
    <div role="group" aria-label={label} className="flex w-72 max-w-full items-center gap-1.5 py-1">
      {/* biome-ignore lint/a11y/useMediaCaption: customers' recordings come without captions */}
      <audio
        ref={ref}
        src={src}
        preload="metadata"
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onEnded={() => setAt(0)}
        onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
        onDurationChange={(event) => setLength(event.currentTarget.duration)}
      />
      <IconButton
        label={t(playing ? "ui.pause" : "ui.play")}
        icon={playing ? <Pause size={17} aria-hidden /> : <Play size={17} aria-hidden className="rtl:-scale-x-100" />}
        onClick={toggle}
      />
      <input
        type="range"
        aria-label={t("ui.position")}
        aria-valuetext={`${clock(at)} / ${clock(length)}`}
        min={0}
        max={known ? length : 1}
        step={known ? Math.min(STEP_SECONDS, length / 20) || 1 : 1}
        value={at}
        disabled={!known}
        onChange={(event) => {
          if (ref.current) ref.current.currentTime = Number(event.target.value);
          setAt(Number(event.target.value));
        }}
        className="h-5 min-w-0 flex-1 accent-accent-text"
      />
      <span className="tabular shrink-0 text-bubble-meta text-xs">{clock(playing || at > 0 ? at : length)}</span>
      <button
        type="button"
        aria-label={t("ui.speed", { speed })}
        onClick={() => setSpeed(SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length] ?? 1)}
        className="tabular flex h-6 min-w-8 shrink-0 items-center justify-center rounded-full bg-n12/8 px-1.5 text-xs max-md:h-11 max-md:min-w-11"
      >
        {speed}×
      </button>
    </div>
  );
}
