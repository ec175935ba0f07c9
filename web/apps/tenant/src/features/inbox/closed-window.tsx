import type { Conversation } from "@parlance/api-client-tenant";
import { absoluteText, Button, buttonClass, Skeleton } from "@parlance/ui";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { LayoutTemplate, Lock } from "lucide-react";
import { useTenant } from "../../shared/session";
import { useT } from "../../shared/texts";
import { sendableQuery } from "../templates/queries";

const OFFERED_MAX = 4;

type ClosedProps = { slug: string; conversation: Conversation; draft: string | undefined; onPick: (templateId?: string) => void };

/** In place of the composer while the window is closed: why, and the templates that may be sent. */
export function ClosedWindow({ slug, conversation, draft, onPick }: ClosedProps) {
  const t = useT();
  const { can } = useTenant();
  const templates = useQuery({ ...sendableQuery(slug, conversation.phone_number.id), enabled: can("templates:read") });
  const offered = templates.data?.slice(0, OFFERED_MAX);
  return (
    <section aria-label={t("window.closedTitle")} className="flex flex-col gap-2 px-4 py-3">
      <div className="flex items-start gap-2 text-sm">
        <Lock size={15} aria-hidden className="mt-0.5 shrink-0 text-muted" />
        <div>
          <p className="font-semibold">{t("window.closedTitle")}</p>
          <p className="text-muted">
            {conversation.window_expires_at
              ? t("window.closedText", { time: absoluteText(conversation.window_expires_at) })
              : t("window.neverText")}
            {draft ? ` ${t("window.draftKept")}` : ""}
          </p>
        </div>
      </div>
      {templates.isPending && can("templates:read") ? <Skeleton className="h-8 w-72" /> : null}
      {offered && offered.length > 0 ? (
        <div className="flex flex-wrap gap-2">
          <Button variant="primary" icon={<LayoutTemplate size={15} aria-hidden />} onClick={() => onPick()}>
            {t("window.choose")}
          </Button>
          {offered.map((template) => (
            <Button key={template.id} onClick={() => onPick(template.id)} className="max-w-60">
              <span className="truncate">
                {template.name} · {template.language}
              </span>
            </Button>
          ))}
        </div>
      ) : null}
      {offered?.length === 0 ? (
        <p className="flex flex-wrap items-center gap-2 text-sm">
          {t("window.noTemplates")}
          <Link to="/t/$slug/templates" params={{ slug }} className={buttonClass()}>
            {t("window.seeTemplates")}
          </Link>
        </p>
      ) : null}
    </section>
  );
}
