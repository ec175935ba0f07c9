import type { Content } from "@parlance/api-client-tenant";
import { Building2, Contact, Globe, Mail, MapPin, Phone } from "lucide-react";
import type { ReactNode } from "react";
import type { useT } from "../../shared/texts";
import { Address, Line, type Parts } from "./bubble-line";

type T = ReturnType<typeof useT>;

/** A place with its address on a map. */
export function locationParts(content: Extract<Content, { type: "location" }>, t: T): Parts {
  const { latitude, longitude } = content;
  return {
    children: (
      <Line icon={<MapPin size={16} aria-hidden />}>
        <span className="block font-semibold" dir="auto">
          {content.name ?? t("kind.location")}
        </span>
        {content.address ? (
          <span className="block" dir="auto">
            {content.address}
          </span>
        ) : null}
        <a
          href={`https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`}
          target="_blank"
          rel="noopener noreferrer"
          className="tabular underline"
          dir="ltr"
        >
          {`${latitude},${longitude}`}
        </a>
      </Line>
    ),
  };
}

/** Cards with everything that can be reached on them. */
export function contactParts(content: Extract<Content, { type: "contacts" }>): Parts {
  return {
    children: (
      <ul className="flex flex-col gap-2">
        {content.cards.map((card) => (
          <li key={`${card.name}-${card.phones?.join()}`}>
            <Line icon={<Contact size={16} aria-hidden />}>
              <span className="block font-semibold" dir="auto">
                {card.name}
              </span>
              {card.organization ? <Way icon={<Building2 size={12} aria-hidden />}>{card.organization}</Way> : null}
              {card.phones?.map((phone) => (
                <Way key={phone} icon={<Phone size={12} aria-hidden />}>
                  <span dir="ltr" className="tabular">
                    {phone}
                  </span>
                </Way>
              ))}
              {card.emails?.map((email) => (
                <Way key={email} icon={<Mail size={12} aria-hidden />}>
                  <a href={`mailto:${encodeURIComponent(email).replaceAll("%40", "@")}`} dir="ltr" className="underline">
                    {email}
                  </a>
                </Way>
              ))}
              {card.urls?.map((url) => (
                <Way key={url} icon={<Globe size={12} aria-hidden />}>
                  <Address value={url} />
                </Way>
              ))}
            </Line>
          </li>
        ))}
      </ul>
    ),
  };
}

function Way({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <span className="flex items-center gap-1.5 text-sm">
      <span className="shrink-0 text-bubble-meta">{icon}</span>
      <span className="wrap-any min-w-0">{children}</span>
    </span>
  );
}
