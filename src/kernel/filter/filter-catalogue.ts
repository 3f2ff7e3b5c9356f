/** What an attribute holds; `json` is an object of any form, whose values are named by a path below it. */
export type AttributeType = 'string' | 'boolean' | 'number' | 'dateTime' | 'reference' | 'json';

/** An attribute that a list can be filtered by. */
export interface FilterAttribute {
  readonly type: AttributeType;
  /** How it is written where that is not as in the catalogue, such as `extRef`; it is found whatever the case. */
  readonly shown?: string;
  /** Whether a string is compared as it is, and not by its comparison key (decision 3). */
  readonly exact?: boolean;
}

/** The attributes of one kind of resource, by name (in lower case). */
export type FilterCatalogue<Attribute extends FilterAttribute = FilterAttribute> = Readonly<Record<string, Attribute>>;
