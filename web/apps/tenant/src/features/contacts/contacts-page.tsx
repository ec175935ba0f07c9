import "../../messages/contacts";
import type { Contact } from "@parlance/api-client-tenant";
import {
  Avatar,
  Badge,
  type Column,
  EmptyState,
  ErrorNotice,
  explain,
  FilterBar,
  Page,
  RelativeTime,
  SearchInput,
  Table,
} from "@parlance/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { SearchX, Users } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { nameOf, phoneText } from "../../shared/format";
import { useTenant } from "../../shared/session";
import { useT } from "../../shared/texts";
import { contactsQuery } from "./queries";

const TYPING_MS = 200;

/** Everybody the tenant knows. */
export function ContactsPage() {
  const t = useT();
  const { slug } = useTenant();
  const { q } = useSearch({ from: "/t/$slug/contacts" });
  const list = useInfiniteQuery(contactsQuery(slug, q));
  const columns: Column<Contact>[] = [
    {
      key: "name",
      head: t("contacts.name"),
      cell: (row) => (
        <Link
          to="/t/$slug/contacts/$contactId"
          params={{ slug, contactId: row.id }}
          className="flex items-center gap-2.5 font-semibold text-text no-underline after:absolute after:inset-0 hover:underline"
        >
          <Avatar name={nameOf(row)} id={row.id} size={28} />
          <bdi className="wrap-any min-w-0">{nameOf(row)}</bdi>
        </Link>
      ),
    },
    {
      key: "phone",
      head: t("contacts.phone"),
      hideBelow: "md",
      cell: (row) => <span className="tabular">{phoneOf(row)}</span>,
    },
    { key: "consent", head: t("contacts.consent"), hideBelow: "md", cell: (row) => <Marketing contact={row} /> },
    {
      key: "since",
      head: t("contacts.since"),
      cell: (row) => <RelativeTime at={row.created_at} className="relative z-1 whitespace-nowrap text-muted" />,
    },
  ];
  return (
    <Page title={t("nav.contacts")} wide>
      <div className="flex flex-col gap-4">
        <FilterBar label={t("contacts.search")}>
          <Search q={q} />
        </FilterBar>
        {list.isError && !list.data ? (
          <ErrorNotice error={explain(list.error)} onRetry={() => void list.refetch()} />
        ) : (
          <Table
            label={t("nav.contacts")}
            columns={columns}
            rows={list.data?.pages.flatMap((page) => page.items)}
            rowKey={(row) => row.id}
            hasMore={list.hasNextPage}
            loadingMore={list.isFetchingNextPage}
            onLoadMore={() => void list.fetchNextPage()}
            empty={
              q ? (
                <EmptyState icon={<SearchX size={20} aria-hidden />} title={t("contacts.noMatch.title", { q })}>
                  {t("contacts.noMatch.text")}
                </EmptyState>
              ) : (
                <EmptyState icon={<Users size={20} aria-hidden />} title={t("contacts.empty.title")}>
                  {t("contacts.empty.text")}
                </EmptyState>
              )
            }
          />
        )}
      </div>
    </Page>
  );
}

function phoneOf(contact: Contact): string {
  const phone = contact.identities.find((identity) => identity.kind === "phone");
  return phone ? phoneText(phone.value) : "–";
}

function Marketing({ contact }: { contact: Contact }) {
  const t = useT();
  const word = contact.consents.find((entry) => entry.topic === "marketing");
  if (!word) return "–";
  return (
    <Badge tone={word.state === "granted" ? "success" : "danger"}>
      {t(word.state === "granted" ? "consentState.granted" : "consentState.withdrawn")}
    </Badge>
  );
}

function Search({ q }: { q: string | undefined }) {
  const t = useT();
  const navigate = useNavigate({ from: "/t/$slug/contacts" });
  const router = useRouter();
  const [text, setText] = useState(q ?? "");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => setText(q ?? ""), [q]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <SearchInput
      className="w-80 max-w-full"
      label={t("contacts.search")}
      value={text}
      onChange={(next) => {
        setText(next);
        clearTimeout(timer.current);
        const page = router.latestLocation.pathname;
        timer.current = setTimeout(() => {
          // Somebody who is on the way to a contact is not called back.
          if (router.latestLocation.pathname !== page) return;
          void navigate({ search: { q: next.trim() || undefined }, replace: true });
        }, TYPING_MS);
      }}
    />
  );
}
