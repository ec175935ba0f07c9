import type { Tenant } from "@parlance/api-client-admin";
import { Badge } from "@parlance/ui";
import { CircleCheck, CirclePause, FlaskConical } from "lucide-react";
import { useT } from "../../shared/texts";

/** Whether a tenant may send and sign in. */
export function TenantState({ tenant }: { tenant: Tenant }) {
  const t = useT();
  return (
    <span className="inline-flex flex-wrap gap-1">
      {tenant.state === "active" ? (
        <Badge tone="success" icon={<CircleCheck size={12} aria-hidden />}>
          {t("tenant.active")}
        </Badge>
      ) : (
        <Badge tone="warning" icon={<CirclePause size={12} aria-hidden />}>
          {t("tenant.suspended")}
        </Badge>
      )}
      {tenant.sandbox ? (
        <Badge tone="info" icon={<FlaskConical size={12} aria-hidden />}>
          {t("tenant.sandbox")}
        </Badge>
      ) : null}
    </span>
  );
}
