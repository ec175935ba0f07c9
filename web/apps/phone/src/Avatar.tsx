import { User } from "lucide-react";
import { hue, initials } from "./format";

/** A person or business by its initials; decorative, the name stands beside it. */
export function Avatar({ name, id }: { name: string; id: string }) {
  const letters = initials(name);
  return (
    <span className={`avatar hue-${hue(id)}`} aria-hidden="true">
      {letters || <User />}
    </span>
  );
}
