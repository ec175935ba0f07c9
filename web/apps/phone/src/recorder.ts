import { useEffect, useRef, useState } from "react";

/** Recordings that browsers make, the one WhatsApp itself uses first. */
const TYPES = ["audio/ogg;codecs=opus", "audio/mp4", "audio/webm;codecs=opus"];

export interface Recorder {
  /** Seconds recorded so far; null while nothing is recorded. */
  seconds: number | null;
  start: () => Promise<void>;
  /** Ends the recording; the answer is what was said. */
  finish: () => Promise<Blob | null>;
  drop: () => void;
}

/** Records a voice message with the microphone of this machine; `start` fails when there is none. */
export function useRecorder(): Recorder {
  const [seconds, setSeconds] = useState<number | null>(null);
  const running = useRef<MediaRecorder | null>(null);
  const release = () => {
    for (const track of running.current?.stream.getTracks() ?? []) track.stop();
    running.current = null;
    setSeconds(null);
  };
  const recording = seconds !== null;
  useEffect(() => {
    if (!recording) return;
    const timer = setInterval(() => setSeconds((count) => (count ?? 0) + 1), 1000);
    return () => clearInterval(timer);
  }, [recording]);
  useEffect(() => {
    return () => {
      for (const track of running.current?.stream.getTracks() ?? []) track.stop();
    };
  }, []);
  return {
    seconds,
    start: async () => {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
      running.current = new MediaRecorder(stream, mimeType ? { mimeType } : {});
      running.current.start();
      setSeconds(0);
    },
    finish: () =>
      new Promise((resolve) => {
        const recorder = running.current;
        if (!recorder) {
          resolve(null);
          return;
        }
        recorder.ondataavailable = (event) => {
          release();
          resolve(event.data);
        };
        recorder.stop();
      }),
    drop: () => {
      running.current?.stop();
      release();
    },
  };
}
