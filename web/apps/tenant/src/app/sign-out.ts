import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api } from "../shared/api";

/** Ends the session here and on the server. */
export function useSignOut(): () => void {
  const client = useQueryClient();
  const navigate = useNavigate();
  return () => {
    void api
      .POST("/v1/sign-out")
      .catch(() => undefined)
      .then(async () => {
        await navigate({ to: "/sign-in" });
        client.clear();
      });
  };
}
