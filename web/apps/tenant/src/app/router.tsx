import { ApiError, Brand, buttonClass, EmptyState, ErrorNotice, explain } from "@parlance/ui";
import {
  createRootRoute,
  createRoute,
  createRouter,
  type ErrorComponentProps,
  Link,
  lazyRouteComponent,
  notFound,
  redirect,
} from "@tanstack/react-router";
import { VIEWS, type View } from "../features/inbox/views";
import { queryClient } from "../shared/query";
import { meQuery } from "../shared/session";
import { settingsTarget } from "../shared/settings-pages";
import { useT } from "../shared/texts";
import { inboxTarget } from "./landing";

function Missing() {
  const t = useT();
  return (
    <main className="flex h-full flex-col items-center justify-center">
      <Brand name="Parlance" />
      <EmptyState
        title={t("missing.title")}
        action={
          <Link to="/" className={buttonClass("primary")}>
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

type Text = string | undefined;
const text = (value: unknown): Text => (typeof value === "string" && value !== "" ? value : undefined);

async function requireSession(href: string) {
  try {
    return await queryClient.ensureQueryData(meQuery);
  } catch (error) {
    if (error instanceof ApiError && error.status === 401)
      throw redirect({ to: "/sign-in", search: { next: href }, replace: true });
    throw error;
  }
}

const root = createRootRoute({ notFoundComponent: Missing });

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: async ({ location }) => {
    const me = await requireSession(location.href);
    const [first] = me.memberships;
    if (first) throw redirect({ ...inboxTarget(first), replace: true });
  },
  component: lazyRouteComponent(() => import("./no-tenant"), "NoTenant"),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search): { next?: string } => ({ next: text(search.next) }),
  component: lazyRouteComponent(() => import("../features/sign-in/sign-in-page"), "SignInPage"),
});

const forgotPassword = createRoute({
  getParentRoute: () => root,
  path: "/forgot-password",
  component: lazyRouteComponent(() => import("../features/sign-in/forgot-password-page"), "ForgotPasswordPage"),
});

const newPassword = createRoute({
  getParentRoute: () => root,
  path: "/new-password",
  component: lazyRouteComponent(() => import("../features/sign-in/new-password-page"), "NewPasswordPage"),
});

const join = createRoute({
  getParentRoute: () => root,
  path: "/join",
  component: lazyRouteComponent(() => import("../features/join/join-page"), "JoinPage"),
});

const gallery = createRoute({
  getParentRoute: () => root,
  path: "/gallery",
  component: lazyRouteComponent(() => import("@parlance/ui/gallery"), "Gallery"),
});

const tenant = createRoute({
  getParentRoute: () => root,
  path: "/t/$slug",
  beforeLoad: async ({ params, location }) => {
    const me = await requireSession(location.href);
    const membership = me.memberships.find((entry) => entry.tenant.slug === params.slug);
    if (!membership) throw notFound();
    return { membership };
  },
  component: lazyRouteComponent(() => import("./tenant-frame"), "TenantFrame"),
});

const tenantHome = createRoute({
  getParentRoute: () => tenant,
  path: "/",
  beforeLoad: ({ context }) => {
    throw redirect({ ...inboxTarget(context.membership), replace: true });
  },
});

const inbox = createRoute({
  getParentRoute: () => tenant,
  path: "/inbox",
  validateSearch: (search): { view?: View; q?: string } => ({
    view: VIEWS.find((view) => view === search.view && view !== "all"),
    q: text(search.q),
  }),
  component: lazyRouteComponent(() => import("../features/inbox/inbox-page"), "InboxPage"),
});

const inboxEmpty = createRoute({
  getParentRoute: () => inbox,
  path: "/",
  component: lazyRouteComponent(() => import("../features/inbox/inbox-page"), "NothingOpen"),
});

const thread = createRoute({
  getParentRoute: () => inbox,
  path: "/$conversationId",
  validateSearch: (search): { contact?: "open" | "closed"; why?: string; consent?: "history" | "record" } => ({
    contact: search.contact === "open" || search.contact === "closed" ? search.contact : undefined,
    why: text(search.why),
    consent: search.consent === "history" || search.consent === "record" ? search.consent : undefined,
  }),
  component: lazyRouteComponent(() => import("../features/inbox/thread-page"), "ThreadPage"),
});

const contacts = createRoute({
  getParentRoute: () => tenant,
  path: "/contacts",
  validateSearch: (search): { q?: string } => ({ q: text(search.q) }),
  component: lazyRouteComponent(() => import("../features/contacts/contacts-page"), "ContactsPage"),
});

const contact = createRoute({
  getParentRoute: () => tenant,
  path: "/contacts/$contactId",
  validateSearch: (search): { consent?: "history" | "record" } => ({
    consent: search.consent === "history" || search.consent === "record" ? search.consent : undefined,
  }),
  component: lazyRouteComponent(() => import("../features/contacts/contact-page"), "ContactPage"),
});

const templates = createRoute({
  getParentRoute: () => tenant,
  path: "/templates",
  validateSearch: (search): { status?: string; number?: string } => ({
    status: text(search.status),
    number: text(search.number),
  }),
  component: lazyRouteComponent(() => import("../features/templates/templates-page"), "TemplatesPage"),
});

const newTemplate = createRoute({
  getParentRoute: () => tenant,
  path: "/templates/new",
  component: lazyRouteComponent(() => import("../features/templates/new-template-page"), "NewTemplatePage"),
});

const template = createRoute({
  getParentRoute: () => tenant,
  path: "/templates/$templateId",
  component: lazyRouteComponent(() => import("../features/templates/template-page"), "TemplatePage"),
});

const numbers = createRoute({
  getParentRoute: () => tenant,
  path: "/numbers",
  component: lazyRouteComponent(() => import("../features/numbers/numbers-page"), "NumbersPage"),
});

const connect = createRoute({
  getParentRoute: () => tenant,
  path: "/numbers/connect",
  component: lazyRouteComponent(() => import("../features/numbers/connect-page"), "ConnectPage"),
});

const connection = createRoute({
  getParentRoute: () => tenant,
  path: "/numbers/connect/$connectionId",
  component: lazyRouteComponent(() => import("../features/numbers/connection-page"), "ConnectionPage"),
});

const number = createRoute({
  getParentRoute: () => tenant,
  path: "/numbers/$numberId",
  component: lazyRouteComponent(() => import("../features/numbers/number-page"), "NumberPage"),
});

const settings = createRoute({
  getParentRoute: () => tenant,
  path: "/settings",
  beforeLoad: ({ context }) => {
    throw redirect({ ...settingsTarget(context.membership), replace: true });
  },
});

const account = createRoute({
  getParentRoute: () => tenant,
  path: "/account",
  component: lazyRouteComponent(() => import("../features/account/account-page"), "AccountPage"),
});

const general = createRoute({
  getParentRoute: () => tenant,
  path: "/settings/general",
  component: lazyRouteComponent(() => import("../features/settings/general-page"), "GeneralPage"),
});

const team = createRoute({
  getParentRoute: () => tenant,
  path: "/settings/team",
  validateSearch: (search): { invite?: boolean; member?: string } => ({
    invite: search.invite === true || undefined,
    member: text(search.member),
  }),
  component: lazyRouteComponent(() => import("../features/team/team-page"), "TeamPage"),
});

const roles = createRoute({
  getParentRoute: () => tenant,
  path: "/settings/roles",
  component: lazyRouteComponent(() => import("../features/roles/roles-page"), "RolesPage"),
});

const newRole = createRoute({
  getParentRoute: () => tenant,
  path: "/settings/roles/new",
  component: lazyRouteComponent(() => import("../features/roles/role-page"), "NewRolePage"),
});

const role = createRoute({
  getParentRoute: () => tenant,
  path: "/settings/roles/$roleId",
  component: lazyRouteComponent(() => import("../features/roles/role-page"), "RolePage"),
});

const audit = createRoute({
  getParentRoute: () => tenant,
  path: "/settings/audit",
  validateSearch: (search): { person?: string; action?: string; from?: string; to?: string } => ({
    person: text(search.person),
    action: text(search.action),
    from: text(search.from),
    to: text(search.to),
  }),
  component: lazyRouteComponent(() => import("../features/audit/audit-page"), "AuditPage"),
});

const apiKeys = createRoute({
  getParentRoute: () => tenant,
  path: "/settings/api-keys",
  validateSearch: (search): { create?: boolean } => ({ create: search.create === true || undefined }),
  component: lazyRouteComponent(() => import("../features/api-keys/api-keys-page"), "ApiKeysPage"),
});

/** All pages of the tenant app. */
export const router = createRouter({
  routeTree: root.addChildren([
    home,
    signIn,
    forgotPassword,
    newPassword,
    join,
    gallery,
    tenant.addChildren([
      tenantHome,
      inbox.addChildren([inboxEmpty, thread]),
      contacts,
      contact,
      templates,
      newTemplate,
      template,
      numbers,
      connect,
      connection,
      number,
      settings,
      general,
      team,
      roles,
      newRole,
      role,
      apiKeys,
      audit,
      account,
    ]),
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
