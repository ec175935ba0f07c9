import type { PhoneNumber } from "@parlance/api-client-tenant";
import { Badge } from "@parlance/ui";
import { CircleCheck, CirclePause, TriangleAlert } from "lucide-react";
import { useT } from "../../shared/texts";

const READY = ["CONNECTED", "VERIFIED"];

/** Whether a number can send. */
export function NumberState({ number }: { number: PhoneNumber }) {
  const t = useT();
  if (number.paused_reason) {
    return (
      <Badge tone="warning" icon={<CirclePause size={12} aria-hidden />}>
        {t("numbers.paused")}
      </Badge>
    );
  }
  if (READY.includes(number.status.toUpperCase())) {
    return (
      <Badge tone="success" icon={<CircleCheck size={12} aria-hidden />}>
        {t("numbers.connected")}
      </Badge>
    );
  }
  return (
    <Badge tone="warning" icon={<TriangleAlert size={12} aria-hidden />}>
      {number.status.toLowerCase()}
    </Badge>
  );
}

/** Meta's quality rating, as a word. */
export function Quality({ quality }: { quality: string | null }) {
  const t = useT();
  const word = quality?.toUpperCase();
  if (word === "GREEN") return <Badge tone="success">{t("quality.green")}</Badge>;
  if (word === "YELLOW") return <Badge tone="warning">{t("quality.yellow")}</Badge>;
  if (word === "RED") return <Badge tone="danger">{t("quality.red")}</Badge>;
  return <Badge>{t("quality.unknown")}</Badge>;
}
