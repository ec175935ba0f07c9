import { Inbox, Plus, Send } from "lucide-react";
import { useState } from "react";
import { Avatar } from "../parts/avatar";
import { Badge, CountBadge, type Tone } from "../parts/badge";
import { Button, type ButtonVariant, IconButton } from "../parts/button";
import { Checkbox, Field, Input, SearchInput, Select, Textarea } from "../parts/field";
import { Kbd } from "../parts/kbd";
import { Tooltip } from "../parts/tooltip";
import { Section, Show } from "./section";

const VARIANTS: ButtonVariant[] = ["primary", "secondary", "ghost", "danger"];
const TONES: Tone[] = ["neutral", "accent", "success", "warning", "danger", "info"];
const NAMES = ["Asha Nair", "李小龙", "عائشة الفارسي", "प्रिया शर्मा", "Bartholomew Featherstonehaugh-Cholmondeley", "🌸 Mei"];

/** Buttons, fields and the small parts. */
export function ControlsSection() {
  const [search, setSearch] = useState("asha");
  return (
    <Section title="Controls">
      <Show name="Button">
        {VARIANTS.map((variant) => (
          <Button key={variant} variant={variant}>
            {variant}
          </Button>
        ))}
        <Button variant="primary" icon={<Send size={14} aria-hidden />}>
          Send
        </Button>
        <Button variant="primary" busy>
          Sending
        </Button>
        <Button disabled>Disabled</Button>
        <Button size="sm">Small</Button>
        <IconButton label="Add" icon={<Plus size={16} aria-hidden />} shortcut="A" />
        <IconButton label="Pressed" pressed icon={<Inbox size={16} aria-hidden />} />
      </Show>
      <div className="grid gap-4 md:grid-cols-3">
        <Field label="Name" hint="As your customers see it.">
          <Input defaultValue="Green Leaf Clinic" />
        </Field>
        <Field label="Address name" error="Taken by another tenant. Choose another.">
          <Input defaultValue="green-leaf" />
        </Field>
        <Field label="Template language" optional>
          <Select defaultValue="en">
            <option value="en">English</option>
            <option value="ar">العربية</option>
          </Select>
        </Field>
        <Field label="Text">
          <Textarea defaultValue={"*Hello*,\nhow can we help?"} />
        </Field>
        <Field label="Off">
          <Input disabled defaultValue="Cannot be changed" />
        </Field>
        <div className="flex flex-col gap-3">
          <SearchInput label="Search conversations" value={search} onChange={setSearch} />
          <Checkbox label="May send messages" hint="Counts against the number's pace." defaultChecked />
        </div>
      </div>
      <Show name="Badge">
        {TONES.map((tone) => (
          <Badge key={tone} tone={tone}>
            {tone}
          </Badge>
        ))}
        <CountBadge count={3} label="3 unread" />
        <CountBadge count={240} label="240 unread" />
      </Show>
      <Show name="Avatar">
        {NAMES.map((name) => (
          <span key={name} className="flex items-center gap-2">
            <Avatar name={name} id={name} />
            <span className="max-w-40 truncate" dir="auto">
              {name}
            </span>
          </span>
        ))}
      </Show>
      <Show name="Kbd, Tooltip">
        <span className="flex gap-1">
          <Kbd>Ctrl</Kbd>
          <Kbd>K</Kbd>
        </span>
        <Tooltip text="Explains the thing beside it" shortcut="?">
          <Button>With tooltip</Button>
        </Tooltip>
      </Show>
    </Section>
  );
}
