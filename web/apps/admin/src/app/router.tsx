import { ApiError, Badge, Brand, buttonClass, EmptyState, ErrorNotice, explain } from "@parlance/ui";
import {
  createRootRoute,
  createRoute,
  createRouter,
  type ErrorComponentProps,
  Link,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { queryClient } from "../shared/query";
import { meQuery } from "../shared/session";
import { useT } from "../shared/texts";

function Missing() {
  const t = useT();
  return (
    <main className="flex h-full flex-col items-center justify-center">
      <Brand name="Parlance" badge={<Badge tone="accent">{t("platform")}</Badge>} />
      <EmptyState
        title={t("missing.title")}
        action={
          <Link to="/tenants" className={buttonClass("primary")}>
            {t("missing.action")}
          </Link>
        }
      >
        {t("missing.text")}
      </EmptyState>
    </main>
  );
}

function Failed({ error, reset }: ErrorComponentProps) {
  return (
    <main className="mx-auto flex h-full max-w-150 flex-col justify-center px-4">
      <ErrorNotice error={explain(error)} onRetry={reset} />
    </main>
  );
}

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
const creating = (search: Record<string, unknown>): { create?: boolean } => ({ create: search.create === true || undefined });

const root = createRootRoute({ notFoundComponent: Missing });

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/tenants", replace: true });
  },
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search): { next?: string } => ({ next: text(search.next) }),
  component: lazyRouteComponent(() => import("../features/sign-in/sign-in-page"), "SignInPage"),
});

const frame = createRoute({
  getParentRoute: () => root,
  id: "frame",
  beforeLoad: async ({ location }) => {
    try {
      await queryClient.ensureQueryData(meQuery);
    } catch (error) {
      if (error instanceof ApiError && error.status === 401)
        throw redirect({ to: "/sign-in", search: { next: location.href }, replace: true });
      throw error;
    }
  },
  component: lazyRouteComponent(() => import("./portal-frame"), "PortalFrame"),
});

const tenants = createRoute({
  getParentRoute: () => frame,
  path: "/tenants",
  validateSearch: creating,
  component: lazyRouteComponent(() => import("../features/tenants/tenants-page"), "TenantsPage"),
});

const tenant = createRoute({
  getParentRoute: () => frame,
  path: "/tenants/$tenantId",
  component: lazyRouteComponent(() => import("../features/tenants/tenant-page"), "TenantPage"),
});

const webhooks = createRoute({
  getParentRoute: () => frame,
  path: "/webhooks",
  validateSearch: (search): { outcome?: string; tenant?: string } => ({
    outcome: text(search.outcome),
    tenant: text(search.tenant),
  }),
  component: lazyRouteComponent(() => import("../features/webhooks/webhooks-page"), "WebhooksPage"),
});

const environments = createRoute({
  getParentRoute: () => frame,
  path: "/graph-environments",
  validateSearch: creating,
  component: lazyRouteComponent(() => import("../features/providers/environments-page"), "EnvironmentsPage"),
});

const apps = createRoute({
  getParentRoute: () => frame,
  path: "/meta-apps",
  validateSearch: creating,
  component: lazyRouteComponent(() => import("../features/providers/meta-apps-page"), "MetaAppsPage"),
});

const lanes = createRoute({
  getParentRoute: () => frame,
  path: "/lanes",
  component: lazyRouteComponent(() => import("../features/operations/lanes-page"), "LanesPage"),
});

const retention = createRoute({
  getParentRoute: () => frame,
  path: "/retention",
  component: lazyRouteComponent(() => import("../features/operations/retention-page"), "RetentionPage"),
});

/** All pages of the admin portal. */
export const router = createRouter({
  routeTree: root.addChildren([
    home,
    signIn,
    frame.addChildren([tenants, tenant, lanes, webhooks, environments, apps, retention]),
  ]),
  defaultPreload: "intent",
  defaultPreloadStaleTime: 0,
  defaultErrorComponent: Failed,
  defaultPendingMs: 400,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
