import type { Content } from "@parlance/api-client-tenant";
import { List } from "lucide-react";

/** The rows of a list message under the button that opens them. */
export function ListRows({ content }: { content: Pick<Extract<Content, { type: "list" }>, "button" | "sections"> }) {
  return (
    <details className="group/list">
      <summary className="focus-inset flex min-h-8 cursor-pointer list-none items-center justify-center gap-1.5 rounded-b-card px-3 py-1.5 font-semibold text-accent-text text-sm max-md:min-h-11">
        <List size={14} aria-hidden className="shrink-0" />
        <span dir="auto" className="wrap-any">
          {content.button}
        </span>
      </summary>
      <div className="flex flex-col gap-2 px-3 pb-2 text-sm">
        {content.sections.map((section) => (
          <div key={section.rows[0]?.id}>
            {section.title ? (
              <p dir="auto" className="wrap-any text-bubble-meta text-xs">
                {section.title}
              </p>
            ) : null}
            <ul>
              {section.rows.map((row) => (
                <li key={row.id} className="wrap-any py-0.5">
                  <span dir="auto" className="block">
                    {row.title}
                  </span>
                  {row.description ? (
                    <span dir="auto" className="block text-bubble-meta text-xs">
                      {row.description}
                    </span>
                  ) : null}
                </li>
              ))}
            </ul>
          </div>
        ))}
      </div>
    </details>
  );
}
