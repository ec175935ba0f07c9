import "./app.css";
import { startLanguages, startTheme, Toaster, UiProvider } from "@parlance/ui";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { router } from "./app/router";
import { en } from "./messages/en";
import { whenSessionEnds } from "./shared/api";
import { queryClient } from "./shared/query";

whenSessionEnds(() => {
  const { pathname, href } = router.state.location;
  if (pathname === "/sign-in") return;
  void router.navigate({ to: "/sign-in", search: { next: href }, replace: true }).then(() => queryClient.clear());
});

function App() {
  return (
    <QueryClientProvider client={queryClient}>
      <UiProvider>
        <RouterProvider router={router} />
        <Toaster />
      </UiProvider>
    </QueryClientProvider>
  );
}

startTheme();
await startLanguages(
  [
    { code: "en", name: "English", dir: "ltr" },
    { code: "ar", name: "العربية", dir: "rtl", load: () => import("./messages/ar").then((module) => module.ar) },
  ],
  en,
);
const host = document.getElementById("root");
if (host) {
  createRoot(host).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
