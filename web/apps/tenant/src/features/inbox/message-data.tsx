import type { Content, Message } from "@parlance/api-client-tenant";
import { absoluteText } from "@parlance/ui";
import { ClipboardList, Megaphone, PhoneCall, PhoneOff, ShoppingCart } from "lucide-react";
import { figureText, moneyText } from "../../shared/format";
import type { useT } from "../../shared/texts";
import { Address, Line, type Parts } from "./bubble-line";

type T = ReturnType<typeof useT>;
type Of<K extends Content["type"]> = Extract<Content, { type: K }>;

/** What a customer ordered, line by line, with the sum of each currency. */
export function orderParts(content: Of<"order">, t: T): Parts {
  const sums = new Map<string, number>();
  for (const item of content.items) {
    sums.set(item.currency, (sums.get(item.currency) ?? 0) + item.price * item.quantity);
  }
  return {
    text: content.text,
    children: (
      <div className="my-1 min-w-52">
        <Line icon={<ShoppingCart size={16} aria-hidden />}>
          <span className="font-semibold">{t("order.title", { count: content.items.length })}</span>
        </Line>
        <table aria-label={t("kind.order")} className="mt-1 w-full text-sm">
          <thead className="sr-only">
            <tr>
              <th scope="col">{t("order.product")}</th>
              <th scope="col">{t("order.price")}</th>
            </tr>
          </thead>
          <tbody>
            {content.items.map((item) => (
              <tr key={`${item.product_id}-${item.price}`} className="border-bubble-in-line border-b align-top">
                <td className="wrap-any py-1 pe-3">
                  <span dir="auto">{item.product_id}</span>
                  <span className="tabular block text-bubble-meta text-xs">
                    {`${figureText(item.quantity)} × ${moneyText(item.price, item.currency)}`}
                  </span>
                </td>
                <td className="tabular py-1 text-end">{moneyText(item.price * item.quantity, item.currency)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            {[...sums].map(([currency, sum]) => (
              <tr key={currency} className="font-semibold">
                <td className="py-1 pe-3">{t("order.total")}</td>
                <td className="tabular py-1 text-end">{moneyText(sum, currency)}</td>
              </tr>
            ))}
          </tfoot>
        </table>
      </div>
    ),
  };
}

/** A value of a form in one line; what is nested is written with its names. */
function answerText(value: unknown, t: T): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "boolean") return t(value ? "form.yes" : "form.no");
  if (Array.isArray(value)) return value.map((inner) => answerText(inner, t)).join(", ");
  if (typeof value === "object") {
    return Object.entries(value)
      .map(([name, inner]) => `${name}: ${answerText(inner, t)}`)
      .join(", ");
  }
  return typeof value === "number" ? figureText(value) : String(value);
}

/** The answers of a filled in form. */
export function formParts(content: Of<"form_reply">, t: T): Parts {
  const answers = Object.entries(content.fields);
  return {
    children: (
      <Line icon={<ClipboardList size={16} aria-hidden />}>
        <span className="block font-semibold">{t(content.name === "address_message" ? "form.address" : "form.title")}</span>
        {answers.length === 0 ? <span className="text-bubble-meta text-sm">{t("form.empty")}</span> : null}
        <dl className="mt-0.5 flex flex-col gap-1 text-sm">
          {answers.map(([name, value]) => (
            <div key={name}>
              <dt className="text-bubble-meta text-xs first-letter:uppercase">{name.replaceAll("_", " ")}</dt>
              <dd dir="auto">{answerText(value, t)}</dd>
            </div>
          ))}
        </dl>
      </Line>
    ),
  };
}

/** Whether the customer may be called, and until when. */
export function callParts(content: Of<"call_permission">, t: T): Parts {
  const until = content.permanent
    ? t("call.permanent")
    : content.expires_at
      ? t("call.until", { time: absoluteText(content.expires_at) })
      : undefined;
  return {
    children: (
      <Line icon={content.granted ? <PhoneCall size={16} aria-hidden /> : <PhoneOff size={16} aria-hidden />}>
        <span className="block font-semibold">{t(content.granted ? "call.granted" : "call.refused")}</span>
        {content.granted && until ? <span className="block text-bubble-meta text-sm">{until}</span> : null}
      </Line>
    ),
  };
}

/** The ad or post that brought the customer here. */
export function ReferralCard({ referral, t }: { referral: NonNullable<Message["referral"]>; t: T }) {
  return (
    <div className="m-1 mb-0 rounded-control border-accent-text border-s-3 bg-n12/5 px-2 py-1.5">
      <Line icon={<Megaphone size={14} aria-hidden />}>
        <span className="block text-bubble-meta text-xs">
          {t(referral.source_type === "post" ? "referral.post" : "referral.ad")}
        </span>
        {referral.headline ? (
          <span dir="auto" className="block font-semibold text-sm">
            {referral.headline}
          </span>
        ) : null}
        {referral.body ? (
          <span dir="auto" className="line-clamp-3 text-sm">
            {referral.body}
          </span>
        ) : null}
        {referral.source_url ? (
          <span className="block text-sm">
            <Address value={referral.source_url} text={t("referral.open")} />
          </span>
        ) : null}
      </Line>
    </div>
  );
}
