import type { ReactNode } from "react";
import { cx } from "../cx";
import type { uiEn } from "../i18n/en";
import { translateHook } from "../i18n/i18n";
import { Button } from "./button";
import { Skeleton } from "./states";

const useT = translateHook<typeof uiEn>();

/** One column: `narrow` keeps it on small screens, others fold under the first cell. */
export type Column<Row> = {
  key: string;
  head: ReactNode;
  cell: (row: Row) => ReactNode;
  className?: string;
  hideBelow?: "md" | "lg";
  numeric?: boolean;
};

type TableProps<Row> = {
  label: string;
  columns: Column<Row>[];
  rows: Row[] | undefined;
  rowKey: (row: Row) => string;
  selectedKey?: string;
  empty: ReactNode;
  hasMore?: boolean;
  loadingMore?: boolean;
  onLoadMore?: () => void;
};

const HIDE = { md: "max-md:hidden", lg: "max-lg:hidden" } as const;

function SkeletonRows({ columns }: { columns: number }) {
  return Array.from({ length: 6 }, (_, row) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: placeholder rows have no identity
    <tr key={row} className="border-b last:border-b-0">
      <td colSpan={columns} className="px-4 py-3">
        <Skeleton className={cx("h-4", row % 2 ? "w-2/3" : "w-1/2")} />
      </td>
    </tr>
  ));
}

/** A list of records with a sticky head; more rows come by keyset on demand. */
export function Table<Row>({
  label,
  columns,
  rows,
  rowKey,
  selectedKey,
  empty,
  hasMore,
  loadingMore,
  onLoadMore,
}: TableProps<Row>) {
  const t = useT();
  if (rows && rows.length === 0) return <div className="rounded-card border bg-surface">{empty}</div>;
  return (
    <div className="overflow-clip rounded-card border bg-surface">
      <table aria-label={label} aria-busy={!rows} className="w-full border-collapse text-sm">
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.key}
                scope="col"
                className={cx(
                  "sticky top-0 z-10 border-b bg-n3 px-4 py-2 font-semibold text-muted text-xs",
                  column.numeric ? "text-end" : "text-start",
                  column.hideBelow && HIDE[column.hideBelow],
                )}
              >
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows ? (
            rows.map((row) => (
              <tr
                key={rowKey(row)}
                className={cx(
                  "relative border-b last:border-b-0 hover:bg-hover",
                  selectedKey === rowKey(row) && "bg-accent-soft",
                )}
              >
                {columns.map((column) => (
                  <td
                    key={column.key}
                    className={cx(
                      "wrap-any h-11 px-4 py-2 align-middle",
                      column.numeric && "tabular text-end",
                      column.hideBelow && HIDE[column.hideBelow],
                      column.className,
                    )}
                  >
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            ))
          ) : (
            <SkeletonRows columns={columns.length} />
          )}
        </tbody>
      </table>
      {hasMore ? (
        <div className="flex justify-center border-t p-3">
          <Button busy={loadingMore} onClick={onLoadMore}>
            {t("ui.loadMore")}
          </Button>
        </div>
      ) : null}
    </div>
  );
}

/** Filters above a table, one row that wraps. */
export function FilterBar({ label, children, onClear }: { label: string; children: ReactNode; onClear?: () => void }) {
  const t = useT();
  return (
    <search aria-label={label} className="flex flex-wrap items-end gap-2">
      {children}
      {onClear ? (
        <Button variant="ghost" onClick={onClear}>
          {t("ui.clearFilters")}
        </Button>
      ) : null}
    </search>
  );
}
