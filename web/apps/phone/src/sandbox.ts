import { useCallback, useEffect, useRef, useState } from "react";
import { api, type Clock, type Customer, type SandboxEvent, type SandboxState, type Thread } from "./api";

/** Real milliseconds after which a business that stopped typing is looked at again. */
const TYPING_MS = 25_000;
/** Pause before a failed load is tried again, milliseconds. */
const RETRY_MS = 2_000;

export interface Place {
  customer: string | null;
  number: string | null;
}

function placeInAddress(): Place {
  const [, customer, number] = window.location.hash.split("/").map(decodeURIComponent);
  return { customer: customer || null, number: number || null };
}

/** Which phone and which business are shown, as the address bar says: `#/customer/number`. */
export function usePlace(): [Place, (customer: string | null, number?: string | null) => void] {
  const [place, setPlace] = useState(placeInAddress);
  useEffect(() => {
    const changed = () => setPlace(placeInAddress());
    window.addEventListener("hashchange", changed);
    return () => window.removeEventListener("hashchange", changed);
  }, []);
  const go = useCallback((customer: string | null, number?: string | null) => {
    const parts = [customer, customer ? number : null].filter((part): part is string => Boolean(part));
    window.location.hash = parts.length ? `/${parts.map(encodeURIComponent).join("/")}` : "/";
  }, []);
  return [place, go];
}

export interface Sandbox {
  state: SandboxState | null;
  customers: Customer[] | null;
  thread: Thread | null;
  clock: (Clock & { readAt: number }) | null;
  failed: boolean;
  connected: boolean;
  refresh: () => void;
}

/** Everything the page shows, kept current by the sandbox's event stream. */
export function useSandbox(customer: string | null, number: string | null): Sandbox {
  const [state, setState] = useState<SandboxState | null>(null);
  const [customers, setCustomers] = useState<Customer[] | null>(null);
  const [thread, setThread] = useState<{ key: string; thread: Thread } | null>(null);
  const [clock, setClock] = useState<Sandbox["clock"]>(null);
  const [failed, setFailed] = useState(false);
  const [connected, setConnected] = useState(true);
  const key = customer && number ? `${customer}/${number}` : null;
  const shown = useRef(key);
  shown.current = key;

  const loading = useRef({ running: false, again: false });
  const loadOverview = useCallback(async () => {
    // One load at a time: a burst of events ends in one more load, not in hundreds.
    if (loading.current.running) {
      loading.current.again = true;
      return;
    }
    loading.current = { running: true, again: false };
    try {
      const [nextState, nextCustomers] = await Promise.all([api.state(), api.customers()]);
      setState(nextState);
      setCustomers(nextCustomers);
      setClock({ ...nextState.clock, readAt: performance.now() });
      setFailed(false);
    } catch {
      setFailed(true);
    }
    const { again } = loading.current;
    loading.current = { running: false, again: false };
    if (again) void loadOverviewAgain.current();
  }, []);
  const loadOverviewAgain = useRef(loadOverview);
  const loadThread = useCallback(async () => {
    if (!customer || !number) return;
    const next = await api.thread(customer, number).catch(() => null);
    if (next && shown.current === `${customer}/${number}`) setThread({ key: shown.current, thread: next });
  }, [customer, number]);
  const refresh = useCallback(() => {
    void loadOverview();
    void loadThread();
  }, [loadOverview, loadThread]);

  useEffect(refresh, [refresh]);
  useEffect(() => {
    if (!failed) return;
    const timer = setInterval(() => void loadOverview(), RETRY_MS);
    return () => clearInterval(timer);
  }, [failed, loadOverview]);

  useEffect(() => {
    const source = new EventSource("/sandbox/events");
    source.onopen = () => {
      setConnected(true);
      refresh();
    };
    source.onerror = () => setConnected(false);
    source.onmessage = (raw: MessageEvent<string>) => {
      const event = JSON.parse(raw.data) as SandboxEvent;
      if (event.type === "clock") setClock({ now: event.now, offset_ms: event.offset_ms, readAt: performance.now() });
      void loadOverview();
      const other = event.type === "thread" && `${event.customer}/${event.phone_number_id}` !== shown.current;
      if (!other) void loadThread();
    };
    return () => source.close();
  }, [refresh, loadOverview, loadThread]);

  const current = thread && thread.key === key ? thread.thread : null;
  const typing = current?.typing ?? false;
  useEffect(() => {
    if (!typing) return;
    const timer = setTimeout(() => void loadThread(), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typing, loadThread]);

  return { state, customers, thread: current, clock, failed, connected, refresh };
}

/** Tells the sandbox that the customer sees the thread, whenever something unread is on screen. */
export function useReading(customer: string | null, number: string | null, thread: Thread | null) {
  const unread = thread?.messages.some((message) => message.from === "business" && message.status === "delivered") ?? false;
  useEffect(() => {
    if (!unread || !customer || !number) return;
    const read = () => {
      if (document.visibilityState === "visible") void api.open(customer, number).catch(() => undefined);
    };
    read();
    document.addEventListener("visibilitychange", read);
    return () => document.removeEventListener("visibilitychange", read);
  }, [unread, customer, number]);
}
