import { useState } from "react";
import { Badge } from "../parts/badge";
import { CodeBlock, CopyValue, KeyValues, StepLog, Timeline } from "../parts/data";
import { Field, Select } from "../parts/field";
import { EmptyState } from "../parts/states";
import { FilterBar, Table } from "../parts/table";
import { TabPanel, Tabs } from "../parts/tabs";
import { RelativeTime } from "../parts/time";
import { Section } from "./section";

type Row = { id: string; name: string; state: "active" | "suspended"; count: number };
const ROWS: Row[] = [
  { id: "1", name: "Green Leaf Clinic", state: "active", count: 1204 },
  {
    id: "2",
    name: "Bäckerei Sonnenschein mit einem wirklich sehr langen Namen, der umbrechen muss",
    state: "suspended",
    count: 7,
  },
];

/** Lists, facts and steps. */
export function DataSection() {
  const [tab, setTab] = useState("one");
  return (
    <Section title="Data">
      <FilterBar label="Filter tenants" onClear={() => undefined}>
        <Field label="State">
          <Select>
            <option>All</option>
          </Select>
        </Field>
      </FilterBar>
      <Table
        label="Tenants"
        rows={ROWS}
        rowKey={(row) => row.id}
        selectedKey="1"
        empty={<EmptyState title="No tenants" />}
        hasMore
        onLoadMore={() => undefined}
        columns={[
          { key: "name", head: "Name", cell: (row) => row.name },
          {
            key: "state",
            head: "State",
            cell: (row) => <Badge tone={row.state === "active" ? "success" : "warning"}>{row.state}</Badge>,
          },
          { key: "count", head: "Messages", numeric: true, hideBelow: "md", cell: (row) => row.count.toLocaleString() },
        ]}
      />
      <Table<Row>
        label="Loading tenants"
        rows={undefined}
        rowKey={(row) => row.id}
        empty={null}
        columns={[{ key: "name", head: "Name", cell: (row) => row.name }]}
      />
      <div className="grid gap-6 md:grid-cols-2">
        <KeyValues
          entries={[
            { name: "Phone number id", value: <CopyValue label="Phone number id" text="106540352242922" /> },
            { name: "Quality", value: <Badge tone="success">Green</Badge> },
            { name: "Last seen", value: <RelativeTime at={new Date(Date.now() - 300_000).toISOString()} /> },
          ]}
        />
        <CodeBlock
          label="Command"
          text={"curl -H 'Authorization: Bearer …' \\\n  http://127.0.0.1:7420/v1/t/green-leaf/conversations"}
        />
        <StepLog
          label="Connect"
          steps={[
            { key: "a", title: "Check the token", state: "done", detail: "whatsapp_business_messaging is granted." },
            { key: "b", title: "Subscribe the app", state: "running" },
            { key: "c", title: "Read the number", state: "failed", detail: "Meta answered 190: the token has expired." },
            { key: "d", title: "Read templates", state: "waiting" },
            { key: "e", title: "Set the PIN", state: "skipped" },
          ]}
        />
        <Timeline
          label="History"
          entries={[
            { key: "1", title: "Created", time: "2 days ago", detail: "by ada@example.com" },
            { key: "2", title: "Suspended", time: "1 hr ago" },
          ]}
        />
      </div>
      <Tabs
        label="Views"
        value={tab}
        onChange={setTab}
        tabs={[
          { value: "one", label: "Overview" },
          { value: "two", label: "Numbers" },
        ]}
      >
        <TabPanel value="one">The overview.</TabPanel>
        <TabPanel value="two">The numbers.</TabPanel>
      </Tabs>
    </Section>
  );
}
