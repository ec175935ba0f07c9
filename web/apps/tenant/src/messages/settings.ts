import { addTexts } from "@parlance/ui";
import { enSettings } from "./en-settings";

addTexts(enSettings);
