import { Checkbox } from "@parlance/ui";
import { PERMISSIONS, type Permission, useTenant } from "./session";
import { useT } from "./texts";

type ChoicesProps = {
  legend: string;
  chosen: Permission[];
  onChange: (chosen: Permission[]) => void;
  readOnly?: boolean;
};

/** Permissions to tick; what the person lacks themselves can't be given. */
export function PermissionChoices({ legend, chosen, onChange, readOnly }: ChoicesProps) {
  const t = useT();
  const { can } = useTenant();
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1 font-semibold text-sm">{legend}</legend>
      {PERMISSIONS.map((permission) => {
        const lacking = !readOnly && !can(permission);
        return (
          <Checkbox
            key={permission}
            label={t(`permission.${permission}`)}
            hint={lacking ? t("keys.notYours") : permission}
            disabled={readOnly || lacking}
            checked={chosen.includes(permission)}
            onChange={(event) =>
              onChange(event.target.checked ? [...chosen, permission] : chosen.filter((entry) => entry !== permission))
            }
          />
        );
      })}
    </fieldset>
  );
}
