import { useState } from "react";
import { Select } from "../parts/field";
import { setTheme, type Theme, useTheme } from "../parts/theme";
import { ControlsSection } from "./controls";
import { DataSection } from "./data";
import { MessagesSection } from "./messages";
import { OverlaysSection } from "./overlays";
import { StatesSection } from "./states";

/** Every shared part in every state, on one page. */
export function Gallery() {
  const theme = useTheme();
  const [dir, setDir] = useState<"ltr" | "rtl">("ltr");
  return (
    <main dir={dir} className="thin-scroll focus-inset h-full overflow-y-auto" tabIndex={0}>
      <div className="mx-auto flex max-w-280 flex-col gap-8 px-6 py-6 max-md:px-4">
        <div className="flex flex-wrap items-center gap-3">
          <h1 className="text-2xl">Parts</h1>
          <div className="ms-auto flex gap-2">
            <Select aria-label="Theme" value={theme} onChange={(event) => setTheme(event.target.value as Theme)}>
              <option value="system">System</option>
              <option value="light">Light</option>
              <option value="dark">Dark</option>
            </Select>
            <Select aria-label="Direction" value={dir} onChange={(event) => setDir(event.target.value as "ltr" | "rtl")}>
              <option value="ltr">Left to right</option>
              <option value="rtl">Right to left</option>
            </Select>
          </div>
        </div>
        <ControlsSection />
        <StatesSection />
        <MessagesSection />
        <DataSection />
        <OverlaysSection />
      </div>
    </main>
  );
}
