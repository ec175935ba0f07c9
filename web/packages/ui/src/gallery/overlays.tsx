import { Copy, Inbox, Trash2 } from "lucide-react";
import { useState } from "react";
import { EmojiPicker } from "../message/emoji-picker";
import { Lightbox } from "../message/lightbox";
import { Button } from "../parts/button";
import { ConfirmDialog, Dialog } from "../parts/dialog";
import { Field, Input } from "../parts/field";
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuSeparator } from "../parts/menu";
import { CommandPalette } from "../parts/palette";
import { Popover } from "../parts/popover";
import { toast } from "../parts/toast";
import { Section, Show } from "./section";

const PHOTO =
  "data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg' width='640' height='400'><rect width='640' height='400' fill='%238fbf9f'/></svg>";

/** What floats above the page. */
export function OverlaysSection() {
  const [open, setOpen] = useState<"dialog" | "confirm" | "sheet" | "palette" | "emoji" | "photo" | null>(null);
  const close = (next: boolean) => !next && setOpen(null);
  return (
    <Section title="Overlays">
      <Show name="Dialog, Sheet, Menu, Toast, Palette">
        <Button onClick={() => setOpen("dialog")}>Open dialog</Button>
        <Button onClick={() => setOpen("confirm")}>Open confirm</Button>
        <Button onClick={() => setOpen("sheet")}>Open sheet</Button>
        <Button onClick={() => setOpen("palette")}>Open palette</Button>
        <Button onClick={() => setOpen("photo")}>Open photo</Button>
        <Popover
          label="Emoji"
          open={open === "emoji"}
          onOpenChange={(next) => setOpen(next ? "emoji" : null)}
          trigger={<Button>Open emoji</Button>}
        >
          <EmojiPicker onPick={() => setOpen(null)} />
        </Popover>
        <Menu trigger={<Button>Open menu</Button>}>
          <MenuLabel>Message</MenuLabel>
          <MenuItem icon={<Copy size={14} aria-hidden />} onSelect={() => undefined} hint="C">
            Copy text
          </MenuItem>
          <MenuItem icon={<Trash2 size={14} aria-hidden />} danger onSelect={() => undefined}>
            Delete draft
          </MenuItem>
          <MenuSeparator />
          <MenuChoice
            label="View"
            value="a"
            onChange={() => undefined}
            options={[
              { value: "a", label: "Comfortable" },
              { value: "b", label: "Compact" },
            ]}
          />
        </Menu>
        <Button onClick={() => toast({ text: "Draft deleted", undo: () => undefined })}>Show toast</Button>
        <Button onClick={() => toast({ tone: "danger", text: "Not sent", detail: "The number is paused." })}>
          Show error toast
        </Button>
      </Show>
      <Dialog
        open={open === "dialog"}
        onOpenChange={close}
        title="Create a tenant"
        description="A tenant is one business with its own numbers and people."
        footer={<Button variant="primary">Create tenant</Button>}
      >
        <Field label="Name">
          <Input />
        </Field>
      </Dialog>
      <ConfirmDialog
        open={open === "confirm"}
        onOpenChange={close}
        title="Suspend Green Leaf Clinic"
        effect={<p>Sends, jobs and sign-ins of Green Leaf Clinic stop now. Messages from customers are still received.</p>}
        action="Suspend Green Leaf Clinic"
        danger
        onConfirm={() => setOpen(null)}
      />
      <Dialog open={open === "sheet"} onOpenChange={close} title="Delivery of the message" side>
        <p>What happened to one message.</p>
      </Dialog>
      <Lightbox
        open={open === "photo"}
        url={PHOTO}
        caption="A photo of the thread"
        place="2 / 5"
        onClose={() => setOpen(null)}
        onPrevious={() => undefined}
        onNext={() => undefined}
      />
      <CommandPalette
        open={open === "palette"}
        onOpenChange={close}
        label="Go to"
        placeholder="Type a page or a name"
        nothing="Nothing matches."
        commands={[{ key: "inbox", group: "Pages", label: "Inbox", icon: <Inbox size={14} aria-hidden />, run: () => undefined }]}
      />
    </Section>
  );
}
