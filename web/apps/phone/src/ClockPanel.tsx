import { Clock } from "lucide-react";
import { api } from "./api";
import { fullTime, span } from "./format";
import { texts } from "./texts";

const HOUR = 3600;
const DAY = 24 * HOUR;

/** Simulated time, and the buttons that move it on. */
export function ClockPanel({ now, offsetMs, onMoved }: { now: number; offsetMs: number; onMoved: () => void }) {
  const move = (seconds: number) => void api.advance(seconds).then(onMoved);
  return (
    <section className="clock" aria-label={texts.clockTitle} title={texts.clockHint}>
      <Clock aria-hidden="true" />
      <div className="clock-text">
        <span className="clock-title">{texts.clockTitle}</span>
        <time dateTime={new Date(now).toISOString()}>{fullTime(now)}</time>
        <span className="clock-ahead">{offsetMs >= 60_000 ? texts.clockAhead(span(offsetMs)) : texts.clockReal}</span>
      </div>
      <div className="clock-buttons">
        <button type="button" aria-label={texts.clockHourLabel} onClick={() => move(HOUR)}>
          {texts.clockHour}
        </button>
        <button type="button" aria-label={texts.clockDayLabel} onClick={() => move(DAY)}>
          {texts.clockDay}
        </button>
      </div>
    </section>
  );
}
