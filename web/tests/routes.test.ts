import { expect, test } from "vitest";
import { router as admin } from "../apps/admin/src/app/router";
import { router as tenant } from "../apps/tenant/src/app/router";
import { ADMIN_PAGES, TENANT_PAGES } from "../e2e/mock/pages";

/** Routes that only redirect, or only frame other routes. */
const WITHOUT_A_PAGE = ["__root__", "/", "/frame", "/t/$slug", "/t/$slug/", "/t/$slug/inbox/", "/t/$slug/settings"];

test.each([
  ["tenant", Object.keys(tenant.routesById), TENANT_PAGES],
  ["admin", Object.keys(admin.routesById), ADMIN_PAGES],
] as const)("every route of the %s app is looked at by the accessibility tests", (_app, routes, pages) => {
  const looked = pages.map((page) => page.route);
  expect(routes.filter((route) => !WITHOUT_A_PAGE.includes(route)).toSorted()).toEqual([...new Set(looked)].toSorted());
});
