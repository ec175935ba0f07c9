import { addTexts } from "@parlance/ui";
import { enContacts } from "./en-contacts";

addTexts(enContacts);
