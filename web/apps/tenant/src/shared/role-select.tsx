import type { Role } from "@parlance/api-client-tenant";
import { Field, Select } from "@parlance/ui";
import { roleName } from "./role-name";
import { type Permission, useTenant } from "./session";
import { serverWord, useT } from "./texts";

type RoleSelectProps = {
  label: string;
  roles: Role[] | undefined;
  value: string;
  onChange: (roleId: string) => void;
  error?: string;
  hideLabel?: boolean;
};

/** A choice of a role; one that may do more than the person can't be chosen. */
export function RoleSelect({ label, roles, value, onChange, error, hideLabel }: RoleSelectProps) {
  const t = useT();
  const { can } = useTenant();
  const chosen = roles?.find((role) => role.id === value);
  return (
    <Field label={label} error={error} hideLabel={hideLabel} hint={chosen ? roleHint(chosen, t("roles.none")) : undefined}>
      <Select value={value} disabled={!roles} onChange={(event) => onChange(event.target.value)}>
        {roles?.map((role) => {
          const beyond = !role.permissions.every((permission) => can(permission as Permission));
          return (
            <option key={role.id} value={role.id} disabled={beyond}>
              {beyond ? t("roles.beyond", { name: roleName(role.name) }) : roleName(role.name)}
            </option>
          );
        })}
      </Select>
    </Field>
  );
}

function roleHint(role: Role, none: string): string {
  return role.permissions.length ? role.permissions.map((one) => serverWord("permission", one)).join(" · ") : none;
}
