import type { NewTemplate } from "@parlance/api-client-tenant";

/** A button of a draft: a reply, or a link with its address. */
export type DraftButton = { key: number; kind: "quick_reply" | "url"; text: string; url: string };

/** A template as it is written in the form. */
export type Draft = {
  name: string;
  language: string;
  category: "UTILITY" | "MARKETING";
  header: string;
  body: string;
  footer: string;
  samples: Record<string, string>;
  buttons: DraftButton[];
};

/** The form before anything was written. */
export const EMPTY_DRAFT: Draft = {
  name: "",
  language: "en_US",
  category: "UTILITY",
  header: "",
  body: "",
  footer: "",
  samples: {},
  buttons: [],
};

/** The placeholders of a text in order, each once: `{{name}}` or `{{1}}`. */
export function placeholders(text: string): string[] {
  return [...new Set([...text.matchAll(/\{\{\s*([^{}]+?)\s*\}\}/g)].map((match) => match[1] ?? ""))];
}

/** The text as a customer would see it, samples filled in. */
export function withSamples(text: string, samples: Record<string, string>): string {
  return text.replace(/\{\{\s*([^{}]+?)\s*\}\}/g, (whole, key: string) => samples[key] || whole);
}

/** What is submitted; parts that were left empty stay out. */
export function submission(draft: Draft): NewTemplate {
  const components: NonNullable<NewTemplate["components"]> = [];
  if (draft.header.trim()) components.push({ type: "header_text", text: draft.header.trim(), examples: {} });
  const keys = placeholders(draft.body);
  components.push({
    type: "body",
    text: draft.body.trim(),
    examples: Object.fromEntries(keys.map((key) => [key, draft.samples[key]?.trim() ?? ""])),
  });
  if (draft.footer.trim()) components.push({ type: "footer", text: draft.footer.trim() });
  if (draft.buttons.length > 0) {
    components.push({
      type: "buttons",
      buttons: draft.buttons.map((button) =>
        button.kind === "url"
          ? { kind: "url", text: button.text.trim(), url: button.url.trim() }
          : { kind: "quick_reply", text: button.text.trim() },
      ),
    });
  }
  return { name: draft.name.trim(), language: draft.language.trim(), category: draft.category, components };
}

/** The part of the form that a refused field belongs to, from its path in the request. */
export function partOf(path: string, request: NewTemplate): string {
  const match = path.match(/^components\.(\d+)\.(.+)$/);
  const component = match ? request.components?.[Number(match[1])] : undefined;
  if (!component) return path;
  return component.type === "header_text" ? `header.${match?.[2]}` : `${component.type}.${match?.[2]}`;
}
