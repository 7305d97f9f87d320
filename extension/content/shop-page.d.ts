// The words that content scripts speak in. For the type checker: no package holds this file.

interface Product {
  title: string;
  /** What is asked now, in units of `currency`. */
  price: number | null;
  /** ISO 4217. */
  currency: string | null;
  brand: string | null;
  /** Digits with a right check digit. */
  gtin: string | null;
  sku: string | null;
  /** schema.org's short name, as `InStock`. */
  availability: string | null;
  category: string | null;
  url: string | null;
  image: string | null;
}

/** What one source knows. */
type Facts = Partial<Product> & {
  /** It tells what people think of the product, not what it costs: a review does so too. */
  isUnsure?: boolean;
};

type Money = { price: number; currency: string | null };

/**
 * Where a shop keeps things; selectors are tried in order, and one that ends in `@name`
 * takes that attribute instead of the text.
 */
interface Shop {
  /** As "shop.com", or "shop.*" in whatever country. */
  host: string;
  /** Of its product pages; its group is the product's number. */
  path: RegExp;
  /** A selector that only its product pages match. */
  product?: string;
  title?: string[];
  price?: string[];
  brand?: string[];
  sku?: string[];
  soldOut?: string[];
  image?: string[];
}

/** The page and what its address says. */
interface Here {
  page: Document;
  /** Its meta tags by name. */
  meta: Record<string, string>;
  /** The lasting address. */
  url: string;
  /** The address with the choice made on the page. */
  address: string;
  /** Whether it is a copy that stands at no shop's address. */
  isSaved: boolean;
  /** Without "www." */
  host: string;
  shop: Shop | undefined;
  /** The currency of the shop's country. */
  home: string | null;
  /** Its short texts, looked for once. */
  texts: () => Said[];
  /** Those with a digit. */
  numbers: () => Said[];
}

/** A text and what it says, asked of the page once. */
interface Said {
  node: Text;
  data: string;
}

/** A node of JSON-LD. */
type Thing = Record<string, unknown>;

/** An offer and the variant it is of. */
type Offer = Thing & { variant?: Thing };

/** What stands beside labels. */
type Particulars = { brand?: string; gtin?: string; code?: string; model?: string };

/** A price in sight. */
type Found = Money & { element: Element };

/** What a page says against a price. */
type Denial = "old" | "members" | null;

/** An element to draw: its tag, its attributes, what is inside. `act` names what a click does. */
type Tree = [tag: string, attributes: Record<string, string | number>, ...inside: (string | Tree)[]];
