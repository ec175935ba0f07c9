import { isTyping } from "@parlance/ui";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";

const CHORD_MS = 1200;

/** Keys that work on every page: palette, key map, and "g" followed by a page's letter. */
export function useGlobalKeys(slug: string, open: (overlay: "palette" | "shortcuts") => void): void {
  const navigate = useNavigate();
  const chord = useRef(0);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        open("palette");
        return;
      }
      if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "?") {
        event.preventDefault();
        open("shortcuts");
      } else if (event.key === "g") {
        chord.current = event.timeStamp;
      } else if (event.timeStamp - chord.current < CHORD_MS) {
        chord.current = 0;
        const params = { slug };
        if (event.key === "i") void navigate({ to: "/t/$slug/inbox", params });
        else if (event.key === "c") void navigate({ to: "/t/$slug/contacts", params });
        else if (event.key === "t") void navigate({ to: "/t/$slug/templates", params });
        else if (event.key === "n") void navigate({ to: "/t/$slug/numbers", params });
        else if (event.key === "s") void navigate({ to: "/t/$slug/settings", params });
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [slug, open, navigate]);
}
