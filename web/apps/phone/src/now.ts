import { useEffect, useState } from "react";

/** Simulated time in Unix milliseconds, renewed each second. */
export function useNow(clock: { now: string; readAt: number } | null): number {
  const read = () => (clock ? Date.parse(clock.now) + (performance.now() - clock.readAt) : Date.now());
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return read();
}
