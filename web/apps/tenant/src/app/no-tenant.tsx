import { Brand, Button, EmptyState } from "@parlance/ui";
import { useT } from "../shared/texts";
import { useSignOut } from "./sign-out";

/** For a person who belongs to no tenant. */
export function NoTenant() {
  const t = useT();
  const signOut = useSignOut();
  return (
    <main className="flex h-full flex-col items-center justify-center">
      <Brand name="Parlance" />
      <EmptyState title={t("noTenant.title")} action={<Button onClick={signOut}>{t("user.signOut")}</Button>}>
        {t("noTenant.text")}
      </EmptyState>
    </main>
  );
}
