import { Brand, explain, SignInCard } from "@parlance/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { api, unwrap } from "../../shared/api";
import { meQuery } from "../../shared/session";
import { useT } from "../../shared/texts";

/** Only paths of this app may be the goal after signing in. */
function safePath(next: string | undefined): string {
  return next?.startsWith("/") && !next.startsWith("//") && !next.startsWith("/\\") ? next : "/";
}

/** Where a person signs in to the tenant app. */
export function SignInPage() {
  const t = useT();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { next } = useSearch({ from: "/sign-in" });
  const signIn = useMutation({
    mutationFn: (body: { email: string; password: string }) => unwrap(api.POST("/v1/sign-in", { body })),
    onSuccess: async (me) => {
      client.clear();
      client.setQueryData(meQuery.queryKey, me);
      await navigate({ href: safePath(next), replace: true });
    },
  });
  return (
    <SignInCard
      brand={<Brand name="Parlance" />}
      title={t("signIn.title")}
      note={next && next !== "/" ? <p className="text-muted text-sm">{t("signIn.expired")}</p> : null}
      labels={{ email: t("signIn.email"), password: t("signIn.password"), submit: t("signIn.submit") }}
      busy={signIn.isPending}
      error={signIn.error ? explain(signIn.error) : undefined}
      foot={
        <Link to="/forgot-password" className="text-sm">
          {t("signIn.forgot")}
        </Link>
      }
      onSubmit={(email, password) => signIn.mutate({ email, password })}
    />
  );
}
