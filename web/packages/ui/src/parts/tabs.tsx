import { Tabs as RadixTabs } from "radix-ui";
import type { ReactNode } from "react";

type TabsProps = {
  label: string;
  value: string;
  onChange: (value: string) => void;
  tabs: { value: string; label: ReactNode }[];
  children: ReactNode;
};

/** Views of one thing, side by side; the caller keeps `value` in the address. */
export function Tabs({ label, value, onChange, tabs, children }: TabsProps) {
  return (
    <RadixTabs.Root value={value} onValueChange={onChange} className="flex min-h-0 flex-col">
      <RadixTabs.List aria-label={label} className="thin-scroll flex gap-1 overflow-x-auto border-b">
        {tabs.map((tab) => (
          <RadixTabs.Trigger
            key={tab.value}
            value={tab.value}
            className="focus-inset -mb-px whitespace-nowrap border-transparent border-b-2 px-3 py-2 text-muted text-sm hover:text-text data-[state=active]:border-accent-text data-[state=active]:font-semibold data-[state=active]:text-text max-md:min-h-11"
          >
            {tab.label}
          </RadixTabs.Trigger>
        ))}
      </RadixTabs.List>
      {children}
    </RadixTabs.Root>
  );
}

/** The content of one tab. */
export function TabPanel({ value, children }: { value: string; children: ReactNode }) {
  return (
    <RadixTabs.Content value={value} className="pt-4">
      {children}
    </RadixTabs.Content>
  );
}
