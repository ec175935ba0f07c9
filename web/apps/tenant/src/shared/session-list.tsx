import type { Session } from "@parlance/api-client-tenant";
import { Badge, RelativeTime } from "@parlance/ui";
import { Monitor, Smartphone } from "lucide-react";
import type { ReactNode } from "react";
import { deviceName, isPhone } from "./device";
import { useT } from "./texts";

/** Sessions, one a line, with what may be done about each. */
export function SessionList({ sessions, act }: { sessions: Session[]; act?: (session: Session) => ReactNode }) {
  const t = useT();
  return (
    <ul className="flex flex-col divide-y">
      {sessions.map((session) => {
        const Icon = isPhone(session.user_agent) ? Smartphone : Monitor;
        return (
          <li key={session.id} className="flex items-start gap-3 py-3 first:pt-0 last:pb-0">
            <Icon size={18} aria-hidden className="mt-0.5 shrink-0 text-muted" />
            <div className="wrap-any min-w-0 flex-1 text-sm">
              <p className="flex flex-wrap items-center gap-2">
                <span className="font-semibold">{deviceName(session.user_agent) ?? t("sessions.unknown")}</span>
                {session.current ? <Badge tone="accent">{t("sessions.current")}</Badge> : null}
              </p>
              <p className="text-muted text-xs">
                {session.address ? (
                  <>
                    <bdi>{session.address}</bdi> ·{" "}
                  </>
                ) : null}
                {t("sessions.lastUsed")} <RelativeTime at={session.last_seen_at ?? session.created_at} /> · {t("sessions.since")}{" "}
                <RelativeTime at={session.created_at} />
              </p>
            </div>
            {act?.(session)}
          </li>
        );
      })}
    </ul>
  );
}
