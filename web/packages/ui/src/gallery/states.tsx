import { MessagesSquare } from "lucide-react";
import { Button } from "../parts/button";
import { EmptyState, ErrorNotice, LoadingRegion, Notice, Progress, Skeleton } from "../parts/states";
import { Section, Show } from "./section";

/** Empty, loading, error and progress. */
export function StatesSection() {
  return (
    <Section title="States">
      <div className="grid gap-4 md:grid-cols-2">
        <div className="rounded-card border bg-surface">
          <EmptyState
            icon={<MessagesSquare size={20} aria-hidden />}
            title="No conversations yet"
            action={<Button variant="primary">Connect a number</Button>}
          >
            When a customer writes to one of your numbers, the conversation appears here.
          </EmptyState>
        </div>
        <LoadingRegion className="flex flex-col gap-3 rounded-card border bg-surface p-4">
          {["a", "b", "c"].map((key) => (
            <div key={key} className="flex items-center gap-3">
              <Skeleton className="size-9 rounded-full" />
              <div className="flex-1 space-y-2">
                <Skeleton className="h-3.5 w-1/3" />
                <Skeleton className="h-3 w-2/3" />
              </div>
            </div>
          ))}
        </LoadingRegion>
      </div>
      <ErrorNotice
        onRetry={() => undefined}
        error={{
          title: "The template is paused",
          detail: "Meta paused appointment_reminder because of its quality.",
          kept: "The message was not sent. Your text is still in the composer.",
          next: "Choose another approved template.",
          quote: "template_paused · req_01J9",
          fields: {},
          status: 422,
          code: "template_paused",
        }}
      />
      <div className="grid gap-3 md:grid-cols-2">
        <Notice tone="info" title="Sandbox">
          Nothing here reaches a real phone.
        </Notice>
        <Notice tone="success">The number is connected.</Notice>
        <Notice tone="warning" title="The window is closed" action={<Button size="sm">Choose a template</Button>}>
          The customer wrote last more than 24 hours ago.
        </Notice>
        <Notice tone="danger" title="Not sent">
          The number is paused.
        </Notice>
      </div>
      <Show name="Progress">
        <Progress value={0.4} label="Sending photo, 40 %" />
        <Progress label="Asking Meta for templates" />
      </Show>
    </Section>
  );
}
