import type { Template } from "@parlance/api-client-tenant";
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "../../shared/api";

const PAGE_ROWS = 50;
const SENDABLE_ROWS = 100;

/** What the template list is narrowed to. */
export type TemplateFilter = { status?: string; number?: string };

/** The template list. */
export function templatesQuery(slug: string, filter: TemplateFilter) {
  return infiniteQueryOptions({
    queryKey: ["t", slug, "templates", filter],
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET("/v1/t/{slug}/templates", {
          params: {
            path: { slug },
            query: { limit: PAGE_ROWS, cursor: pageParam, status: filter.status, phone_number_id: filter.number },
          },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

/** Approved templates of a number's WABA that can be sent from here. */
export function sendableQuery(slug: string, phoneNumberId: string) {
  return queryOptions({
    queryKey: ["t", slug, "templates", "sendable", phoneNumberId],
    queryFn: async (): Promise<Template[]> => {
      const page = await unwrap(
        api.GET("/v1/t/{slug}/templates", {
          params: { path: { slug }, query: { status: "APPROVED", phone_number_id: phoneNumberId, limit: SENDABLE_ROWS } },
        }),
      );
      return page.items.filter((template) => !template.unsendable);
    },
  });
}

/** One template. */
export function templateQuery(slug: string, templateId: string) {
  return queryOptions({
    queryKey: ["t", slug, "template", templateId],
    queryFn: () =>
      unwrap(api.GET("/v1/t/{slug}/templates/{template_id}", { params: { path: { slug, template_id: templateId } } })),
  });
}

/** What the customer would see with these values, by the code that renders the payload. */
export function previewQuery(slug: string, templateId: string, parameters: Record<string, string>) {
  return queryOptions({
    queryKey: ["t", slug, "preview", templateId, parameters],
    queryFn: () =>
      unwrap(
        api.POST("/v1/t/{slug}/templates/{template_id}/preview", {
          params: { path: { slug, template_id: templateId } },
          body: { parameters },
        }),
      ),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
}

/** The WABAs of the tenant. */
export function wabasQuery(slug: string) {
  return queryOptions({
    queryKey: ["t", slug, "wabas"],
    queryFn: () => unwrap(api.GET("/v1/t/{slug}/wabas", { params: { path: { slug } } })),
  });
}
