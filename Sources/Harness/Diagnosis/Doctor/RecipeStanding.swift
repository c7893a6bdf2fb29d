import CalibrantImaging

/// How usual a recipe is: what decides among recipes that the images cannot tell apart.
///
/// First come upright images and labels as they are, then normalisation and geometry by their place
/// among the standard ones. A part that the user gave and that nothing here knows comes before all
/// standard ones, as it will have a reason; any other unknown part comes last.
struct RecipeStanding: Comparable {
  private let keys: [Int]

  init(_ trial: RecipeTrial, given: Preprocessing, among standard: StandardRecipes) {
    let recipe = trial.recipe.preprocessing
    let normalization =
      standard.normalizations.firstIndex { recipe.normalizes(like: $0.values) }
      ?? (recipe.normalizes(like: given) ? -1 : standard.normalizations.count)
    let places = { (ignoring: Bool) in
      standard.geometries.firstIndex {
        recipe.places(like: $0.values, ignoringInterpolation: ignoring)
      }
    }
    let geometry =
      places(false) ?? (recipe.places(like: given) ? -1 : nil) ?? places(true)
      ?? standard.geometries.count
    keys = [
      trial.recipe.isTransposed ? 1 : 0, abs(trial.labelShift), normalization, geometry,
      geometry >= 0 && places(false) == nil ? 1 : 0,
    ]
  }

  static func < (a: RecipeStanding, b: RecipeStanding) -> Bool {
    a.keys.lexicographicallyPrecedes(b.keys)
  }
}
